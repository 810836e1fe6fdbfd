import { elementwise, unary } from './elementwise.js';

export const negateOperation = elementwise({
  name: 'negate',
  compute: (x) => -x,
  onnx: 'Neg',
  gradient: (_, dY) => [negate(dY)],
});

/** -x */
export const negate = unary(negateOperation);
