import { constant } from './constant.js';
import { divide } from './divide.js';
import { elementwise, unary } from './elementwise.js';
import { multiply } from './multiply.js';

export const sqrtOperation = elementwise({
  name: 'sqrt',
  compute: (x) => Math.sqrt(x),
  onnx: 'Sqrt',
  gradient: (y, dY) => [divide(multiply(dY, constant(0.5)), y)],
});

/** The square root. */
export const sqrt = unary(sqrtOperation);
