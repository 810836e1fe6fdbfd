import { constant } from './constant.js';
import { binary, elementwise } from './elementwise.js';
import { greater } from './greater.js';
import { multiply } from './multiply.js';
import { subtract } from './subtract.js';

export const maximumOperation = elementwise({
  name: 'maximum',
  compute: (a, b) => Math.max(a, b),
  onnx: 'Max',
  gradient: ({ inputs: [a, b] }, dY) => {
    const left = greater(a!, b!);
    return [multiply(dY, left), multiply(dY, subtract(constant(1), left))];
  },
});

/** The larger of a and b; where they are equal the gradient goes to b. */
export const maximum = binary(maximumOperation);
