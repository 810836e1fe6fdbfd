import { constant } from './constant.js';
import { elementwise, unary } from './elementwise.js';
import { multiply } from './multiply.js';
import { subtract } from './subtract.js';

export const tanhOperation = elementwise({
  name: 'tanh',
  compute: (x) => Math.tanh(x),
  onnx: 'Tanh',
  gradient: (y, dY) => [multiply(dY, subtract(constant(1), multiply(y, y)))],
});

/** The hyperbolic tangent. */
export const tanh = unary(tanhOperation);
