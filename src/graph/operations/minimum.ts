import { constant } from './constant.js';
import { binary, elementwise } from './elementwise.js';
import { greater } from './greater.js';
import { multiply } from './multiply.js';
import { subtract } from './subtract.js';

export const minimumOperation = elementwise({
  name: 'minimum',
  compute: (a, b) => Math.min(a, b),
  onnx: 'Min',
  gradient: ({ inputs: [a, b] }, dY) => {
    const right = greater(a!, b!);
    return [multiply(dY, subtract(constant(1), right)), multiply(dY, right)];
  },
});

/** The smaller of a and b; where they are equal the gradient goes to a. */
export const minimum = binary(minimumOperation);
