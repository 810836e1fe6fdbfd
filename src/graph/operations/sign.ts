import { elementwise, unary } from './elementwise.js';

export const signOperation = elementwise({
  name: 'sign',
  compute: (x) => Math.sign(x),
  onnx: 'Sign',
  gradient: () => [undefined],
});

/** -1, 0 or 1; piecewise constant, so no gradient flows */
export const sign = unary(signOperation);
