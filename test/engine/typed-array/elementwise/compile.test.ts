import { describe, expect, test } from 'vitest';
import { compileElementwise } from '../../../../src/engine/typed-array/elementwise/compile.js';
import type {
  ElementwiseKernel,
  ElementwiseOperation,
} from '../../../../src/engine/typed-array/elementwise/elementwise-kernel.js';
import { lstmBackward, lstmBackwardElement, lstmForward, lstmForwardElement } from './lstm-kernels.js';
import { arity, ELEMENTARY_FUNCTIONS, EXACT_OPERATIONS } from './operations.js';
import { apply, runKernel, singleOperation } from './run-kernel.js';

const EXACT = Object.entries(EXACT_OPERATIONS) as [ElementwiseOperation, (a: number, b: number) => number][];
const ALL = [...EXACT, ...(Object.entries(ELEMENTARY_FUNCTIONS) as typeof EXACT)];

/** Reproducible values in (-scale, scale). */
function values(length: number, seed: number, scale = 3): Float32Array {
  return Float32Array.from({ length }, (_, i) => scale * Math.sin((i + 1) * (seed + 12.9898)));
}

describe('each operation', () => {
  const special = [0, -0, 1, -1, 1e-42, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 3e38];
  const left = special.flatMap((a) => special.map(() => a));
  const right = special.flatMap(() => special);

  test.each(EXACT)('%s is exact, and right for zeros, infinities and NaN', (operation, exact) => {
    const [a, b] = [
      [...left, ...values(64, 1)],
      [...right, ...values(64, 2)],
    ].map((list) => Float32Array.from(list)) as [Float32Array, Float32Array];
    const result = apply(operation, ...[a, b].slice(0, arity(operation)));
    expect(result).toEqual(Float32Array.from(a, (x, i) => exact(x, b[i] as number)));
  });

  test.each(ALL)('%s writes just its row at 1 to 9 columns, whatever the strides', (operation, exact) => {
    for (let columns = 1; columns <= 9; columns += 1) {
      for (const padding of [0, 1, 6]) {
        const rows = 3;
        const inputs = [values(rows * columns, 3), values(rows * columns, 4)].slice(0, arity(operation));
        const [result] = runKernel(singleOperation(operation, inputs.length), { rows, columns, inputs, padding });
        (result as Float32Array).forEach((y, i) => {
          const expected = exact(inputs[0]?.[i] as number, inputs[1]?.[i] as number);
          if (Number.isNaN(expected)) expect(y).toBeNaN();
          else expect(Math.abs(y - expected)).toBeLessThanOrEqual(4e-7 * Math.abs(expected));
        });
      }
    }
  });

  test('gives an element the same bits in the main loop and in each place of the tail', () => {
    const [x] = values(1, 5) as unknown as [number];
    for (const operation of ['exp', 'log', 'tanh', 'sigmoid'] as const) {
      const results = apply(operation, new Float32Array(7).fill(Math.abs(x)));
      expect(new Set(results).size).toBe(1);
    }
  });
});

describe('inputs and outputs', () => {
  const scaledSum: ElementwiseKernel = {
    inputs: ['matrix', 'column', 'column'],
    steps: [
      { operation: 'multiply', arguments: [0, 1] },
      { operation: 'add', arguments: [3, 2] },
    ],
    outputs: [4],
  };

  test('a column is broadcast over its row, one of stride 0 over all elements', () => {
    for (const columns of [1, 4, 5, 11]) {
      const [x, scale, shift] = [values(3 * columns, 1), values(3, 2), values(1, 3)] as const;
      const [result] = runKernel(scaledSum, { rows: 3, columns, inputs: [x, scale, shift], padding: 2 });
      const expected = x.map((v, i) => Math.fround(v * (scale[Math.floor(i / columns)] as number)) + (shift[0] as number));
      expect(result).toEqual(expected);
    }
  });

  test('an input may be stored unchanged, broadcast if it is a column, and a value more than once', () => {
    const kernel: ElementwiseKernel = { inputs: ['matrix', 'column'], steps: [], outputs: [0, 1, 0] };
    const x = values(10, 1);
    const results = runKernel(kernel, { rows: 2, columns: 5, inputs: [x, [7, 8]] });
    expect(results).toEqual([x, Float32Array.of(7, 7, 7, 7, 7, 8, 8, 8, 8, 8), x]);
  });

  test('constants are rounded to float32 and keep the sign of zero', () => {
    const steps = [0.1, -0, Number.NaN, Number.NEGATIVE_INFINITY].map((value) => ({
      operation: 'constant' as const,
      arguments: [],
      value,
    }));
    const results = runKernel({ inputs: [], steps, outputs: [0, 1, 2, 3] }, { rows: 1, columns: 5, inputs: [] });
    expect(results.map((result) => result[4])).toEqual([Math.fround(0.1), -0, Number.NaN, Number.NEGATIVE_INFINITY]);
  });

  test('outputs may use the memory of inputs that are still needed when the first output is computed', () => {
    const swapAndAdd: ElementwiseKernel = {
      inputs: ['matrix', 'matrix'],
      steps: [
        { operation: 'negate', arguments: [0] },
        { operation: 'add', arguments: [0, 1] },
      ],
      outputs: [2, 0, 3],
    };
    const [a, b] = [values(22, 1), values(22, 2)];
    const results = runKernel(swapAndAdd, { rows: 2, columns: 11, inputs: [a, b], over: [0, 1], padding: 1 });
    expect(results).toEqual([a.map((x) => -x), a, a.map((x, i) => x + (b[i] as number))]);
  });

  test('no rows or no columns: nothing is written', () => {
    for (const [rows, columns] of [
      [0, 5],
      [3, 0],
    ] as const) {
      expect(runKernel(singleOperation('exp', 1), { rows, columns, inputs: [[]], padding: 4 })).toEqual([new Float32Array(0)]);
    }
  });

  test('steps that no output needs are not emitted', () => {
    const live = singleOperation('negate', 1);
    const dead: ElementwiseKernel = {
      ...live,
      steps: [...live.steps, { operation: 'tanh', arguments: [1] }, { operation: 'exp', arguments: [2] }],
    };
    const memory = { shared: false, maximumPages: 1 };
    expect(compileElementwise([dead], memory)).toEqual(compileElementwise([live], memory));
  });
});

describe('fused kernels', () => {
  /** The largest distance of the outputs from the plain equations, element by element. */
  const distance = (results: Float32Array[], inputs: Float32Array[], equations: (element: never) => number[]): number =>
    Math.max(
      ...[...(inputs[0] as Float32Array).keys()].flatMap((e) => {
        const expected = equations(inputs.map((input) => input[e]) as never);
        return expected.map((value, output) => Math.abs(value - (results[output]?.[e] as number)));
      }),
    );

  test.each([false, true])(
    'the pointwise half of an LSTM step, seven outputs, follows its equations (shared memory: %s)',
    (shared) => {
      const [rows, columns] = [5, 13];
      const inputs = [1, 2, 3, 4, 5].map((seed) => values(rows * columns, seed));
      const results = runKernel(lstmForward, { rows, columns, inputs, padding: 3, shared });
      expect(distance(results, inputs, lstmForwardElement)).toBeLessThan(1e-6);
    },
  );

  test('its gradient follows its equations, written over the gates', () => {
    const [rows, columns] = [2, 10];
    const inputs = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => values(rows * columns, seed, 0.9));
    const results = runKernel(lstmBackward, { rows, columns, inputs, over: [0, 1, 2, 3] });
    expect(distance(results, inputs, lstmBackwardElement)).toBeLessThan(1e-6);
  });

  test('one module holds many kernels, named in order', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
    const kernels = Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? lstmForward : lstmBackward));
    const module = new WebAssembly.Module(compileElementwise(kernels, { shared: true, maximumPages: 65536 }));
    expect(Object.keys(new WebAssembly.Instance(module, { env: { memory } }).exports)).toEqual(
      kernels.map((_, i) => String(i)),
    );
  });
});
