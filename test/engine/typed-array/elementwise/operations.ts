import type { ElementwiseOperation } from '../../../../src/engine/typed-array/elementwise/elementwise-kernel.js';

/** The operations with one right answer, one number at a time; rounding to float32 is the caller's. */
export const EXACT_OPERATIONS = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  negate: (a) => -a,
  maximum: Math.max,
  minimum: Math.min,
  sqrt: Math.sqrt,
  abs: Math.abs,
  // biome-ignore lint/complexity/useMathMinMax: Math.max would make 0 of -0
  relu: (a) => (a < 0 ? 0 : a),
  greater: (a, b) => (a > b ? 1 : 0),
  sign: Math.sign,
} satisfies Partial<Record<ElementwiseOperation, (a: number, b: number) => number>>;

/** The operations that are approximated, in float64. */
export const ELEMENTARY_FUNCTIONS = {
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
} satisfies Partial<Record<ElementwiseOperation, (x: number) => number>>;

const BINARY: readonly string[] = ['add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum', 'greater'];

export function arity(operation: ElementwiseOperation): number {
  if (operation === 'constant') return 0;
  return BINARY.includes(operation) ? 2 : 1;
}
