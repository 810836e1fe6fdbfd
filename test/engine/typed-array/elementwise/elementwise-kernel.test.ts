import { describe, expect, test } from 'vitest';
import {
  assertKernel,
  type ElementwiseKernel,
  kernelKey,
} from '../../../../src/engine/typed-array/elementwise/elementwise-kernel.js';

const kernel: ElementwiseKernel = {
  inputs: ['matrix', 'column'],
  steps: [
    { operation: 'constant', arguments: [], value: 0.1 },
    { operation: 'multiply', arguments: [0, 1] },
    { operation: 'add', arguments: [3, 2] },
  ],
  outputs: [4],
};

/** The kernel with its constant replaced. */
function withConstant(value: number): ElementwiseKernel {
  return { ...kernel, steps: [{ operation: 'constant', arguments: [], value }, ...kernel.steps.slice(1)] };
}

describe('kernelKey', () => {
  test('is equal for kernels that are equal, constants compared as float32', () => {
    expect(kernelKey(structuredClone(kernel))).toBe(kernelKey(kernel));
    expect(kernelKey(withConstant(Math.fround(0.1)))).toBe(kernelKey(kernel));
  });

  test('differs for different inputs, operations, arguments, constants or outputs', () => {
    const variants: ElementwiseKernel[] = [
      kernel,
      { ...kernel, inputs: ['column', 'matrix'] },
      { ...kernel, inputs: ['matrix', 'matrix'] },
      { ...kernel, steps: [...kernel.steps.slice(0, 2), { operation: 'subtract', arguments: [3, 2] }] },
      { ...kernel, steps: [...kernel.steps.slice(0, 2), { operation: 'add', arguments: [2, 3] }] },
      { ...kernel, steps: [...kernel.steps, { operation: 'exp', arguments: [4] }] },
      { ...kernel, outputs: [3] },
      { ...kernel, outputs: [4, 3] },
      ...[0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY].map(withConstant),
    ];
    expect(new Set(variants.map(kernelKey)).size).toBe(variants.length);
  });
});

describe('assertKernel', () => {
  test('accepts a kernel whose values are numbered in order', () => {
    expect(() => assertKernel(kernel)).not.toThrow();
  });

  test.each<[string, Partial<ElementwiseKernel>, RegExp]>([
    [
      'a missing argument',
      { steps: [{ operation: 'add', arguments: [0] }], outputs: [2] },
      /value 2 \(add\) has 1 arguments, not 2/,
    ],
    ['an argument computed later', { steps: [{ operation: 'exp', arguments: [2] }], outputs: [2] }, /uses value 2/],
    [
      'an argument that is no number of a value',
      { steps: [{ operation: 'exp', arguments: [0.5] }], outputs: [2] },
      /uses value 0.5/,
    ],
    [
      'a constant without a value',
      { steps: [{ operation: 'constant', arguments: [] }], outputs: [2] },
      /a constant, and only it/,
    ],
    [
      'a value on another operation',
      { steps: [{ operation: 'exp', arguments: [0], value: 1 }], outputs: [2] },
      /a constant, and only it/,
    ],
    ['an output that is no value', { outputs: [5] }, /output 5 is not a value/],
    ['no outputs', { outputs: [] }, /without outputs/],
  ])('refuses %s', (_, change, message) => {
    expect(() => assertKernel({ ...kernel, ...change })).toThrow(message);
  });
});
