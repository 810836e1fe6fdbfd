import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileElementwise } from '../../../../src/engine/typed-array/elementwise/compile.js';
import type {
  ElementwiseInput,
  ElementwiseKernel,
  ElementwiseOperation,
} from '../../../../src/engine/typed-array/elementwise/elementwise-kernel.js';
import { arity, EXACT_OPERATIONS } from './operations.js';
import { runKernel, singleOperation } from './run-kernel.js';

const ELEMENTARY = ['exp', 'log', 'tanh', 'sigmoid'] as const;
const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
const module = new WebAssembly.Module(
  compileElementwise(
    ELEMENTARY.map((operation) => singleOperation(operation, 1)),
    { shared: false, maximumPages: 1 },
  ),
);
const { exports } = new WebAssembly.Instance(module, { env: { memory } });

/** An elementary function of one number, by a kernel of nothing else: its accuracy is measured elsewhere. */
function elementary(index: number): (x: number) => number {
  const run = exports[index] as (args: number) => void;
  return (x) => {
    new Int32Array(memory.buffer).set([1, 1, 256, 1, 260, 1]);
    const floats = new Float32Array(memory.buffer);
    floats[64] = x;
    run(0);
    return floats[65] as number;
  };
}

/** What each operation is, one float32 at a time. */
const MEANING: Record<Exclude<ElementwiseOperation, 'constant'>, (a: number, b: number) => number> = {
  ...EXACT_OPERATIONS,
  exp: elementary(0),
  log: elementary(1),
  tanh: elementary(2),
  sigmoid: elementary(3),
};
const OPERATIONS = [...(Object.keys(MEANING) as (keyof typeof MEANING)[]), 'constant' as const];

/** The outputs of one element. */
function interpret({ steps, outputs }: ElementwiseKernel, inputs: readonly number[]): number[] {
  const values = [...inputs];
  for (const { operation, arguments: operands, value = 0 } of steps) {
    const [a = 0, b = 0] = operands.map((operand) => values[operand] as number);
    values.push(Math.fround(operation === 'constant' ? value : MEANING[operation](a, b)));
  }
  return outputs.map((output) => values[output] as number);
}

const float = fc.oneof(fc.float({ min: -8, max: 8 }), fc.float());
const index = fc.nat(1000);

const kernels: fc.Arbitrary<ElementwiseKernel> = fc
  .record({
    inputs: fc.array(fc.constantFrom<ElementwiseInput>('matrix', 'column'), { minLength: 1, maxLength: 4 }),
    steps: fc.array(fc.record({ operation: fc.constantFrom(...OPERATIONS), a: index, b: index, value: float }), {
      minLength: 1,
      maxLength: 30,
    }),
    outputs: fc.array(index, { minLength: 1, maxLength: 4 }),
  })
  .map(({ inputs, steps, outputs }) => ({
    inputs,
    steps: steps.map(({ operation, a, b, value }, step) => {
      const operands = [a, b].map((operand) => operand % (inputs.length + step));
      const chosen = { operation, arguments: operands.slice(0, arity(operation)) };
      return operation === 'constant' ? { ...chosen, value } : chosen;
    }),
    // Counted from the last value, so that most of the steps are needed.
    outputs: outputs.map((output) => inputs.length + steps.length - 1 - (output % (inputs.length + steps.length))),
  }));

test('any kernel computes what its steps say, bit for bit, at any size, stride and place', () => {
  const runs = fc.record({
    kernel: kernels,
    rows: fc.integer({ min: 1, max: 3 }),
    columns: fc.integer({ min: 1, max: 9 }),
    padding: fc.nat(5),
    inPlace: fc.boolean(),
    shared: fc.boolean(),
    numbers: fc.array(float, { minLength: 1, maxLength: 40 }),
  });
  fc.assert(
    fc.property(runs, ({ kernel, rows, columns, padding, inPlace, shared, numbers }) => {
      const inputs = kernel.inputs.map((input, number) =>
        Float32Array.from(
          { length: input === 'matrix' ? rows * columns : rows },
          (_, i) => numbers[(7 * number + i) % numbers.length] as number,
        ),
      );
      const over = kernel.outputs.map((_, output) => (inPlace && kernel.inputs[output] === 'matrix' ? output : undefined));
      const results = runKernel(kernel, { rows, columns, inputs, padding, over, shared });
      for (let i = 0; i < rows * columns; i += 1) {
        const element = inputs.map(
          (values, input) => values[kernel.inputs[input] === 'matrix' ? i : Math.floor(i / columns)] as number,
        );
        expect(results.map((result) => result[i])).toEqual(interpret(kernel, element));
      }
    }),
    { numRuns: 300 },
  );
});
