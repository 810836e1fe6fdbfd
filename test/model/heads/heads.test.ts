/** The heads that are not one softmax, against torch: losses, log-probabilities and gradients (test/golden/heads.py). */
import { afterAll, describe, expect, test } from 'vitest';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/onnxruntime-engine.js';
import { createReferenceEngine } from '../../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../../src/engine/typed-array/typed-array-engine.js';
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
