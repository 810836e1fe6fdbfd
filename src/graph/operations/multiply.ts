import { binary, elementwise } from './elementwise.js';

export const multiplyOperation = elementwise({
  name: 'multiply',
  compute: (a, b) => a * b,
  onnx: 'Mul',
  gradient: ({ inputs: [a, b] }, dY) => [multiply(dY, b!), multiply(dY, a!)],
});

/** a * b, element by element */
export const multiply = binary(multiplyOperation);
