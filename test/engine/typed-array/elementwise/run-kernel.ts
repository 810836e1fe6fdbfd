import { expect } from 'vitest';
import { compileElementwise } from '../../../../src/engine/typed-array/elementwise/compile.js';
import type {
  ElementwiseKernel,
  ElementwiseOperation,
} from '../../../../src/engine/typed-array/elementwise/elementwise-kernel.js';

const GUARD = 0x5afe5afe;
const GAP = 3;

/** A kernel of one operation on matrices. */
export function singleOperation(operation: ElementwiseOperation, arity: number): ElementwiseKernel {
  const operands = Array.from({ length: arity }, (_, i) => i);
  return { inputs: operands.map(() => 'matrix'), steps: [{ operation, arguments: operands }], outputs: [arity] };
}

export interface Run {
  rows: number;
  columns: number;
  /** Dense values of each input: rows * columns of a matrix, rows of a column, or one for a column of stride 0. */
  inputs: readonly ArrayLike<number>[];
  /** Words added to each operand's row beyond its columns. */
  padding?: number;
  /** For each output the input that it overwrites, if any. */
  over?: readonly (number | undefined)[];
  shared?: boolean;
}

/** Compiles a kernel, runs it once and gives its outputs without gaps; fails if it wrote a word that is no output's. */
export function runKernel(kernel: ElementwiseKernel, run: Run): Float32Array[] {
  const { rows, columns, inputs, padding = 0, over = [], shared = false } = run;
  const pages = 1 + Math.ceil((4 * (rows * (columns + padding) + GAP) * (inputs.length + kernel.outputs.length)) / 65536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  const words = new Uint32Array(memory.buffer).fill(GUARD);
  const floats = new Float32Array(memory.buffer);

  let next = 64;
  const allocate = (length: number): number => {
    const start = next + GAP; // no multiple of 4: operands are not aligned to vectors
    next = start + length;
    return start;
  };
  const stride = columns + padding;
  const inputOperands = inputs.map((values, input) => {
    const width = kernel.inputs[input] === 'matrix' ? columns : 1;
    const rowStride = kernel.inputs[input] === 'matrix' ? stride : values.length === 1 ? 0 : 1 + padding;
    const start = allocate(Math.max(1, rows) * Math.max(1, rowStride));
    for (let i = 0; i < values.length; i += 1)
      floats[start + Math.floor(i / width) * rowStride + (i % width)] = values[i] as number;
    return { start, rowStride };
  });
  const outputOperands = kernel.outputs.map((_, output) => {
    const input = over[output];
    return (input === undefined ? undefined : inputOperands[input]) ?? { start: allocate(rows * stride), rowStride: stride };
  });
  words.set([
    rows,
    columns,
    ...[...inputOperands, ...outputOperands].flatMap(({ start, rowStride }) => [4 * start, rowStride]),
  ]);

  const before = words.slice();
  const module = new WebAssembly.Module(compileElementwise([kernel], { shared, maximumPages: pages }));
  const main = new WebAssembly.Instance(module, { env: { memory } }).exports[0] as (args: number) => void;
  main(0);

  const results = outputOperands.map(({ start, rowStride }) => {
    const values = new Float32Array(rows * columns);
    for (let i = 0; i < values.length; i += 1) {
      const word = start + Math.floor(i / columns) * rowStride + (i % columns);
      values[i] = floats[word] as number;
      before[word] = words[word] as number;
    }
    return values;
  });
  const touched = words.findIndex((word, index) => word !== before[index]);
  expect(touched, 'a word outside the outputs was written').toBe(-1);
  return results;
}

/** Runs a kernel of one operation over vectors. */
export function apply(operation: ElementwiseOperation, ...operands: readonly ArrayLike<number>[]): Float32Array {
  const kernel = singleOperation(operation, operands.length);
  return runKernel(kernel, { rows: 1, columns: operands[0]?.length ?? 0, inputs: operands })[0] as Float32Array;
}
