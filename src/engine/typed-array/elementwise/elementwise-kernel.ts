/**
 * What an elementwise loop computes, as data: `elementwise-units.ts` derives it from the graph, `compile.ts` translates it to machine code.
 */

/** Number of arguments of each operation. `greater` is a > b ? 1 : 0, and 0 when either side is NaN. */
const ARITY = {
  constant: 0,
  negate: 1,
  sqrt: 1,
  abs: 1,
  exp: 1,
  log: 1,
  tanh: 1,
  sigmoid: 1,
  relu: 1,
  sign: 1,
  add: 2,
  subtract: 2,
  multiply: 2,
  divide: 2,
  maximum: 2,
  minimum: 2,
  greater: 2,
} as const;

export type ElementwiseOperation = keyof typeof ARITY;

/**
 * How one input is read. `matrix`: element [r][c] at `pointer + 4 * (r * rowStride + c)`. `column`: one value for each row, at `pointer + 4
 * * r * rowStride`, broadcast over the columns (with a row stride of 0 a scalar for all).
 */
export type ElementwiseInput = 'matrix' | 'column';

/** One operation on values computed before it; only a `constant` has a `value`. */
export interface ElementwiseStep {
  operation: ElementwiseOperation;
  arguments: readonly number[];
  value?: number;
}

/** A run of elementwise operations over matrices of one shape. Values are numbered: inputs first, then steps. */
export interface ElementwiseKernel {
  inputs: readonly ElementwiseInput[];
  steps: readonly ElementwiseStep[];
  /** Numbers of the values that are stored, each as a matrix. */
  outputs: readonly number[];
}

/** The 32 bits of a number rounded to float32, with which a kernel computes; they distinguish 0 from -0. */
export function float32Bits(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getUint32(0);
}

const scratch = new DataView(new ArrayBuffer(4));

/** A string that is equal for kernels of equal structure and different otherwise: the key of a cache of compiled kernels. */
export function kernelKey(kernel: ElementwiseKernel): string {
  const steps = kernel.steps.map(({ operation, arguments: operands, value }) =>
    operation === 'constant' ? `constant:${float32Bits(value ?? 0).toString(16)}` : `${operation}(${operands})`,
  );
  return `${kernel.inputs};${steps.join(' ')};${kernel.outputs}`;
}

/** Throws when a kernel is malformed. Kernels come from our own rewrites, so this is a bug, not a `UserError`. */
export function assertKernel(kernel: ElementwiseKernel): void {
  const { inputs, steps, outputs } = kernel;
  steps.forEach(({ operation, arguments: operands, value }, step) => {
    const number = inputs.length + step;
    const where = `elementwise value ${number} (${operation})`;
    if (operands.length !== ARITY[operation])
      throw new Error(`${where} has ${operands.length} arguments, not ${ARITY[operation]}`);
    const foreign = operands.find((operand) => !isValue(operand, number));
    if (foreign !== undefined) throw new Error(`${where} uses value ${foreign}, which is not computed before it`);
    if ((operation === 'constant') !== (value !== undefined)) throw new Error(`${where}: a constant, and only it, has a value`);
  });
  if (outputs.length === 0) throw new Error('an elementwise kernel without outputs computes nothing');
  const missing = outputs.find((output) => !isValue(output, inputs.length + steps.length));
  if (missing !== undefined) throw new Error(`elementwise output ${missing} is not a value of the kernel`);
}

const isValue = (number: number, end: number): boolean => Number.isInteger(number) && number >= 0 && number < end;
