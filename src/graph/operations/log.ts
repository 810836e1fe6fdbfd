import { divide } from './divide.js';
import { elementwise, unary } from './elementwise.js';

export const logOperation = elementwise({
  name: 'log',
  compute: (x) => Math.log(x),
  onnx: 'Log',
  gradient: ({ inputs: [x] }, dY) => [divide(dY, x!)],
});

/** The natural logarithm. */
export const log = unary(logOperation);
