import { binary, elementwise } from './elementwise.js';

export const addOperation = elementwise({
  name: 'add',
  compute: (a, b) => a + b,
  gradient: (_, dY) => [dY, dY],
});

/** a + b */
export const add = binary(addOperation);
