import { binary, elementwise } from './elementwise.js';
import { negate } from './negate.js';

export const subtractOperation = elementwise({
  name: 'subtract',
  compute: (a, b) => a - b,
  onnx: 'Sub',
  gradient: (_, dY) => [dY, negate(dY)],
});

/** a - b */
export const subtract = binary(subtractOperation);
