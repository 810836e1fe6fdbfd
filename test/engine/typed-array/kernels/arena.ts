import { kernelsWasmBase64 } from '../../../../src/engine/typed-array/kernels/kernels.generated.js';

/** Functions of one argument, the address of their argument words. */
export type KernelName =
  | 'addMatrix'
  | 'columnSums'
  | 'copyMatrix'
  | 'dropoutMask'
  | 'fill'
  | 'gatherColumns'
  | 'gatherRows'
  | 'matrixProduct'
  | 'packPanels'
  | 'rowSums'
  | 'scatterAddRows'
  | 'scatterColumns'
  | 'logSumExp'
  | 'softmaxCrossEntropy'
  | 'softmaxCrossEntropyGradient'
  | 'sumOfDoubles'
  | 'sumOfSquares'
  | 'transpose';

type Kernels = Record<KernelName, (args: number) => void> & {
  table: WebAssembly.Table;
  runSegment(start: number, end: number): void;
  runProgram(program: number, thread: number, threads: number): void;
  barrier(control: number, threads: number): void;
  waitWhileEqual(address: number, value: number, spins: number): number;
};

/** A value that no kernel computes here: what lies around an array must still hold it afterwards. */
const GUARD = -12345.678;

/** A matrix in the arena, surrounded by guard words: before it, behind it, and between its rows when stride > columns. */
export interface Matrix {
  pointer: number;
  stride: number;
  rows: number;
  columns: number;
}

export type Arena = ReturnType<typeof createArena>;

/** The kernels over a shared memory of their own, with what a test needs to place arrays there and read them back. */
export function createArena(pages = 64) {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true });
  const floats = new Float32Array(memory.buffer);
  const integers = new Int32Array(memory.buffer);
  const sleep = (address: number, value: number) => void Atomics.wait(integers, address >> 2, value);
  const module = new WebAssembly.Module(Buffer.from(kernelsWasmBase64, 'base64'));
  const kernels = new WebAssembly.Instance(module, { env: { memory, sleep } }).exports as unknown as Kernels;
  let top = 1024;

  /** The byte address of `count` zeroed words. */
  function words(count: number): number {
    const pointer = top;
    top += (4 * count + 79) & ~15;
    if (top > memory.buffer.byteLength) throw new Error('The test arena is too small.');
    integers.fill(0, pointer >> 2, (pointer >> 2) + count);
    return pointer;
  }

  /** A matrix of values(row, column); the address is a multiple of 4 that is not one of 16, to find aligned accesses. */
  function matrix(rows: number, columns: number, stride: number, values: (row: number, column: number) => number): Matrix {
    const pointer = words(rows * stride + 40) + 68;
    const start = pointer >> 2;
    floats.fill(GUARD, start - 16, start + rows * stride + 16);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) floats[start + row * stride + column] = values(row, column);
    }
    return { pointer, stride, rows, columns };
  }

  /** The matrix's elements, row after row. Throws when a guard word around them has changed. */
  function read({ pointer, stride, rows, columns }: Matrix): Float32Array {
    const start = pointer >> 2;
    const inside = (at: number) => at >= 0 && at < rows * stride && at % stride < columns;
    for (let at = -16; at < rows * stride + 16; at++) {
      if (!inside(at) && floats[start + at] !== Math.fround(GUARD))
        throw new Error(`Guard word at element ${at} was overwritten.`);
    }
    const result = new Float32Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      result.set(floats.subarray(start + row * stride, start + row * stride + columns), row * columns);
    }
    return result;
  }

  /** The address of a list of Int32 words. */
  function list(values: ArrayLike<number>): number {
    const pointer = words(values.length);
    integers.set(
      Array.from(values, (value) => value | 0),
      pointer >> 2,
    );
    return pointer;
  }

  /** Runs one kernel with these argument words. */
  function call(kernel: KernelName, ...args: number[]): void {
    const pointer = list(args);
    kernels[kernel](pointer);
    top = pointer;
  }

  return { memory, module, kernels, floats, integers, words, matrix, read, list, call };
}

/** The bits of a number as f32, for arguments that are floats. */
export function bits(value: number): number {
  return new Int32Array(new Float32Array([value]).buffer)[0] as number;
}

/** Numbers in [-1, 1) that depend on the seed alone (mulberry32). */
export function randomValues(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2147483648 - 1;
  };
}
