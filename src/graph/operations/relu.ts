import { constant } from './constant.js';
import { elementwise, unary } from './elementwise.js';
import { greater } from './greater.js';
import { multiply } from './multiply.js';

export const reluOperation = elementwise({
  name: 'relu',
  compute: (x) => Math.max(x, 0),
  onnx: 'Relu',
  gradient: (y, dY) => [multiply(dY, greater(y, constant(0)))],
});

/** max(x, 0); NaN stays NaN */
export const relu = unary(reluOperation);
