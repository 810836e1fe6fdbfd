/** The pointer sentinel mixture against a plain torch program that loops over the positions: test/golden/pointer.py. */
import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/onnxruntime-engine.js';
import { createReferenceEngine, evaluate } from '../../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../../src/engine/typed-array/typed-array-engine.js';
import { gradients } from '../../../src/graph/autodiff.js';
import { input, parameter } from '../../../src/graph/operations/input.js';
import { concatenate } from '../../../src/graph/operations/movement.js';
import { multiply } from '../../../src/graph/operations/pointwise.js';
import { columnSums, shardSum } from '../../../src/graph/operations/sums.js';
import { numbersOf } from '../../../src/graph/operations/table.js';
import { rewriteBackward, rewriteForward } from '../../../src/graph/rewrites/index.js';
import { untapped } from '../../../src/model/architecture.js';
import { heads } from '../../../src/model/heads/index.js';
import { relativeError } from '../../engine/model-fixture.js';

type Values = number[] | number[][];

interface GoldenWindow {
  hidden: number[][];
  tokens: number[];
  keep: number[];
  targets: number[];
  losses: number[];
  logProbabilities: number[][];
}

interface PointerGolden {
  parameters: Record<string, Values>;
  windows: GoldenWindow[];
  weights: number[];
  gradients: Record<string, Values>;
}

const golden: PointerGolden = JSON.parse(readFileSync(new URL('../../golden/pointer.json', import.meta.url), 'utf8'));
const [STEPS, BATCH, HIDDEN, VOCABULARY, WINDOW] = [4, 2, 5, 7, 3];
const rows = STEPS * BATCH;

const { create } = heads.find(({ type }) => type === 'pointer-sentinel')!;
const head = create({ window: WINDOW, tie: false }, { vocabularySize: VOCABULARY, embeddingSize: HIDDEN, hiddenSize: HIDDEN });
const { declaration, options, size } = head.memory!;
const memory = declaration.create(options, { inputSize: HIDDEN + 1, size });

/** Losses, log-probabilities, the next state and the gradients of the weighted losses, on a window. */
function windowGraph() {
  const parameters = new Map(
    [...memory.parameters, ...head.parameters].map(({ name, shape }) => [
      name,
      parameter(name, shape.length === 1 ? 1 : shape[0], shape.at(-1)!),
    ]),
  );
  const of = (name: string) => parameters.get(name)!;
  const given = (name: string, columns: number, integer = false) => input(name, { rows, columns, sharded: true, integer });
  const states = new Map(
    memory.states.map(({ name, columns }) => [name, input(`head.${name}`, { rows: BATCH, columns, sharded: true })]),
  );
  const hidden = given('hidden', HIDDEN);
  const x = concatenate([hidden, numbersOf(given('tokens', 1, true), VOCABULARY)], 'columns');
  const { output, state } = memory.forward(x, {
    mode: 'train',
    steps: STEPS,
    batch: BATCH,
    parameter: of,
    state: (name) => states.get(name)!,
    keep: given('keep', 1),
    mask: () => undefined,
    weightMask: () => undefined,
    tap: untapped,
    penalty: () => undefined,
    updateBuffer: () => undefined,
    standard: () => undefined,
  });
  const losses = head.losses(output, given('targets', 1, true), of, untapped);
  const total = shardSum(columnSums(multiply(losses, given('weights', 1))));
  const derived = gradients(total, [hidden, ...parameters.values()]);
  return {
    losses,
    logProbabilities: head.logProbabilities(output, of),
    ...Object.fromEntries(memory.states.map(({ name }, i) => [`next.${name}`, state[i]!])),
    ...Object.fromEntries(['hidden', ...parameters.keys()].map((name, i) => [`gradient.${name}`, derived[i]!])),
  };
}

const flat = (values: Values) => values.flat();
const engines = [
  createReferenceEngine(),
  createTypedArrayEngine({ shards: 1, threads: 1 }),
  await createOnnxRuntimeEngine({ provider: 'cpu', threads: 1 }),
];
afterAll(() => engines.forEach((engine) => void engine.close()));

test.each(engines.map((engine) => [engine.name, engine] as const))(
  'a pointer sentinel mixture computes what its paper says, over two windows with resets of the state, on the %s engine',
  async (_, engine) => {
    const program = engine.compile(rewriteBackward(rewriteForward(windowGraph(), 1)));
    for (const [name, values] of Object.entries(golden.parameters)) program.inputs[name]![0]!.set(flat(values));
    program.parametersChanged();
    for (const [i, window] of golden.windows.entries()) {
      const { losses, logProbabilities, ...inputs } = window;
      for (const [name, values] of Object.entries({ ...inputs, weights: golden.weights }))
        program.inputs[name]![0]!.set(flat(values));
      await program.run();
      const near = (output: string, expected: Values) =>
        expect(relativeError(program.outputs[output]![0]!, flat(expected)), `${output}, window ${i}`).toBeLessThan(1e-5);
      near('losses', losses);
      near('logProbabilities', logProbabilities);
      if (i === 1) for (const [name, values] of Object.entries(golden.gradients)) near(`gradient.${name}`, values);
      for (const { name } of memory.states) program.inputs[`head.${name}`]![0]!.set(program.outputs[`next.${name}`]![0]!);
    }
  },
);

test('its probabilities add up to 1, also where the pointer has none of a token', () => {
  const inDouble = { shards: 1, allocate: (length: number) => new Float64Array(length) };
  const { logProbabilities } = windowGraph();
  const [window] = golden.windows;
  const inputs = Object.fromEntries([
    ...Object.entries(golden.parameters).map(([name, values]) => [name, [Float64Array.from(flat(values))]]),
    ...memory.states.map(({ name, columns }) => [`head.${name}`, [new Float64Array(BATCH * columns)]]),
    ...(['hidden', 'tokens', 'keep'] as const).map((name) => [name, [Float64Array.from(flat(window![name]))]]),
  ]);
  const found = evaluate({ logProbabilities }, inputs, inDouble).logProbabilities![0]!;
  for (let row = 0; row < rows; row++) {
    const own = Array.from(found.subarray(row * VOCABULARY, (row + 1) * VOCABULARY), Math.exp);
    expect(own.reduce((sum, probability) => sum + probability)).toBeCloseTo(1, 12);
  }
});
