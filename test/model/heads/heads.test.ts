/** The heads that are not one softmax, against torch: losses, log-probabilities and gradients (test/golden/heads.py). */
import { afterAll, describe, expect, test } from 'vitest';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/onnxruntime-engine.js';
import { createReferenceEngine } from '../../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../../src/engine/typed-array/typed-array-engine.js';
import { createRandom } from '../../../src/foundation/random.js';
import { gradients } from '../../../src/graph/autodiff.js';
import { input, parameter } from '../../../src/graph/operations/input.js';
import { multiply } from '../../../src/graph/operations/pointwise.js';
import { columnSums, shardSum } from '../../../src/graph/operations/sums.js';
import { rewriteBackward, rewriteForward } from '../../../src/graph/rewrites/index.js';
import { untapped } from '../../../src/model/architecture.js';
import { heads } from '../../../src/model/heads/index.js';
import { declarationOf } from '../../../src/model/specification.js';
import { relativeError } from '../../engine/model-fixture.js';
import { Golden, type HeadCase, headCases } from '../../golden/read-golden.js';

const engines = [
  createReferenceEngine(),
  createTypedArrayEngine({ shards: 1, threads: 1 }),
  await createOnnxRuntimeEngine({ provider: 'cpu', threads: 1 }),
];
afterAll(() => engines.forEach((engine) => void engine.close()));

/** Loss, log-probabilities and all gradients of a head on the golden's rows. */
function graphOf({ head: values, ...sizes }: HeadCase, rows: number) {
  const { create } = declarationOf(heads, values.type, 'type', 'the case');
  const head = create(values, sizes);
  const parameters = Object.fromEntries(
    head.parameters.map(({ name, shape }) => [
      name,
      shape.length === 1 ? parameter(name, 1, shape[0]) : parameter(name, shape[0], shape[1]),
    ]),
  );
  const column = (name: string, integer = false) => input(name, { rows, columns: 1, sharded: true, integer });
  const hidden = input('hidden', { rows, columns: sizes.hiddenSize, sharded: true });
  const losses = head.losses(hidden, column('targets', true), (name) => parameters[name]!, untapped);
  const total = shardSum(columnSums(multiply(losses, column('weights'))));
  const names = [...Object.keys(parameters), 'hidden'];
  const derived = gradients(total, [...Object.values(parameters), hidden]);
  const outputs = {
    losses,
    logProbabilities: head.logProbabilities(hidden, (name) => parameters[name]!),
    ...Object.fromEntries(names.map((name, i) => [`grad.${name}`, derived[i]!])),
  };
  return rewriteBackward(rewriteForward(outputs, 1));
}

const titles: Record<string, string> = {
  'adaptive-softmax': 'an adaptive softmax computes what torch.nn.AdaptiveLogSoftmaxWithLoss computes',
  'mixture-of-softmaxes': 'a mixture of softmaxes computes what the equations of its paper say',
};

describe.each(headCases.map((one) => [one.name, one] as const))('%s', (name, one) => {
  test.each(engines.map((engine) => [engine.name, engine] as const))(
    `${titles[one.head.type]}, on the %s engine`,
    async (_, engine) => {
      const golden = new Golden('heads', name);
      const targets = golden.int32('targets');
      const program = engine.compile(graphOf(one, targets.length));
      for (const [input, [buffer]] of Object.entries(program.inputs)) {
        if (input === 'targets') buffer!.set(targets);
        else buffer!.set(golden.float32(['hidden', 'weights'].includes(input) ? input : `parameter.${input}`));
      }
      program.parametersChanged();
      await program.run();
      for (const [output, [values]] of Object.entries(program.outputs))
        expect(relativeError(values!, golden.float32(output)), output).toBeLessThan(1e-5);
    },
  );
});

const adaptive = headCases.find(({ name }) => name === 'adaptive-3')!;

test.each([
  ['no rare word', () => 4],
  ['the rarest words alone', () => 40],
  ['words of one middle cluster and frequent ones', (row: number) => [5, 0, 22][row % 3]!],
])('an adaptive softmax gives finite losses and the gradients of the plain kernels for %s', async (_, target) => {
  const rows = 6;
  const results = [];
  for (const engine of engines) {
    const program = engine.compile(graphOf(adaptive, rows));
    const random = createRandom(3);
    for (const [name, [buffer]] of Object.entries(program.inputs))
      for (let i = 0; i < buffer!.length; i++) buffer![i] = name === 'targets' ? target(i) : random.normal();
    program.parametersChanged();
    await program.run();
    results.push(program.outputs);
  }
  const [expected, ...others] = results;
  expect([...expected!.losses![0]!].every((loss) => Number.isFinite(loss) && loss > 0)).toBe(true);
  for (const outputs of others)
    for (const [name, [values]] of Object.entries(expected!))
      expect(relativeError(outputs[name]![0]!, values!), name).toBeLessThan(1e-5);
});

describe('the clusters of an adaptive softmax', () => {
  const { create } = declarationOf(heads, 'adaptive-softmax', 'type', 'the case');
  const shapesOf = (values: { cutoffs?: number[]; divisor: number }, V: number, H: number) =>
    create(values, { vocabularySize: V, embeddingSize: 3, hiddenSize: H }).parameters.map(({ shape }) => shape);

  test('begin at 1/25 and 1/5 of the vocabulary, and have fewer columns by the divisor', () => {
    const [first, second] = [
      [16_000, 4],
      [80_000, 1],
    ];
    expect(shapesOf({ divisor: 4 }, 100_000, 16)).toEqual([[4002, 16], [4002], [4, 16], first, [1, 16], second]);
  });

  test('are one where vocabulary or layer are too small for two', () => {
    expect(shapesOf({ divisor: 4 }, 100_000, 15)).toEqual([[20_001, 15], [20_001], [3, 15], [80_000, 3]]);
    expect(shapesOf({ divisor: 2 }, 24, 8)).toEqual([[5, 8], [5], [4, 8], [20, 4]]);
  });

  test('need a word and a column each', () => {
    expect(() => shapesOf({ cutoffs: [2, 9], divisor: 2 }, 9, 8)).toThrow(
      /cutoffs ends with 9, and the vocabulary has 9 tokens/,
    );
    expect(() => shapesOf({ cutoffs: [2, 5], divisor: 3 }, 9, 8)).toThrow(/divisor 3 leaves no column for cluster 2 of 2/);
  });
});

test.each(heads.map((declaration) => [declaration.type, declaration] as const))(
  '%s declares whether it has a memory',
  (_, { create, options, remembers = false }) => {
    const values = Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default]));
    const head = create(values as never, { vocabularySize: 200, embeddingSize: 16, hiddenSize: 16 });
    expect(head.memory !== undefined).toBe(remembers);
  },
);

test('a mixture of softmaxes has a prior and a latent vector for each of its components', () => {
  const { create } = declarationOf(heads, 'mixture-of-softmaxes', 'type', 'the case');
  const sizes = { vocabularySize: 11, embeddingSize: 5, hiddenSize: 7 };
  const shapes = (tie: boolean) => create({ components: 3, tie }, sizes).parameters.map(({ name, shape }) => [name, shape]);
  const own = [
    ['prior.weight', [3, 7]],
    ['latent.weight', [15, 7]],
    ['latent.bias', [15]],
  ];
  expect(shapes(true)).toEqual([...own, ['decoder.bias', [11]]]);
  expect(shapes(false)).toEqual([...own, ['decoder.weight', [11, 5]], ['decoder.bias', [11]]]);
});
