import { elementwise, unary } from './elementwise.js';
import { multiply } from './multiply.js';

export const expOperation = elementwise({
  name: 'exp',
  compute: (x) => Math.exp(x),
  onnx: 'Exp',
  gradient: (y, dY) => [multiply(dY, y)],
});

/** The exponential. */
export const exp = unary(expOperation);
