import { constant } from './constant.js';
import { elementwise, unary } from './elementwise.js';
import { multiply } from './multiply.js';
import { subtract } from './subtract.js';

export const sigmoidOperation = elementwise({
  name: 'sigmoid',
  compute: (x) => 1 / (1 + Math.exp(-x)),
  onnx: 'Sigmoid',
  gradient: (y, dY) => [multiply(multiply(dY, y), subtract(constant(1), y))],
});

/** 1 / (1 + exp(-x)) */
export const sigmoid = unary(sigmoidOperation);
