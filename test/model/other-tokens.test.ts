/** Terms that predict other tokens than the next one, against plain torch programs: test/golden/other_tokens.py. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import { evaluate } from '../../src/engine/reference/reference-engine.js';
import type { OptionValues } from '../../src/foundation/options.js';
import { gradients } from '../../src/graph/autodiff.js';
import type { Node } from '../../src/graph/node.js';
import { input, parameter } from '../../src/graph/operations/input.js';
import { columnSums } from '../../src/graph/operations/sums.js';
import { untapped } from '../../src/model/architecture.js';
import { softmax } from '../../src/model/heads/softmax.js';
import { multiTokenPrediction } from '../../src/model/objectives/multi-token-prediction.js';
import { type ObjectiveTerm, objectiveParameters } from '../../src/model/objectives/objective.js';
import { previousSentence } from '../../src/model/objectives/previous-sentence.js';
import { readCheckpoint } from '../../src/run/checkpoint.js';
import { readModelFile } from '../../src/run/model-file.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { smallText, train } from '../train/run-fixture.js';

type Values = number[] | number[][];

interface TermCase {
  hidden: number[][];
  total: number;
  parameters: Record<string, Values>;
  gradients: Record<string, Values>;
}

const golden: {
  targets: number[];
  weights: number[];
  words: number[];
  known: number[];
  multiTokenPrediction: TermCase;
  previousSentence: TermCase;
} = JSON.parse(readFileSync(new URL('../golden/other-tokens.json', import.meta.url), 'utf8'));
const [STEPS, BATCH, HIDDEN, VOCABULARY] = [4, 2, 5, 6];
const inDouble = { shards: 1, allocate: (length: number) => new Float64Array(length) };

/** A term on windows of so many steps; what it does not read is absent. */
function termOf(term: ObjectiveTerm, options: OptionValues, steps: number) {
  const sizes = { vocabularySize: VOCABULARY, embeddingSize: HIDDEN, hiddenSize: HIDDEN };
  const head = softmax.create({ tie: false }, sizes);
  const own = term.parameters!(HIDDEN, options);
  const parameters = new Map(
    [...own, ...head.parameters].map(({ name, shape }) => [
      name,
      parameter(name, shape.length === 1 ? 1 : shape[0], shape.at(-1)!),
    ]),
  );
  const of = (name: string) => parameters.get(name)!;
  const given = (name: string, columns: number, integer = false, count = 1) =>
    input(name, { rows: count * steps * BATCH, columns, integer });
  const hidden = given('hidden', HIDDEN);
  const values = term.values(
    {
      hidden,
      targets: given('targets', 1, true),
      weights: given('weights', 1),
      steps,
      batch: BATCH,
      parameter: of,
      previousWords: (count: number) => ({ tokens: given('words', 1, true, count), known: given('known', 1) }),
      lossesOf: (other: Node, targets: Node) => head.losses(other, targets, of, untapped),
    } as never,
    options,
  );
  return { values, hidden, parameters };
}

test.each([
  [multiTokenPrediction, { tokens: 3 }],
  [previousSentence, { words: 2 }],
] as const)('%# has the value and the gradients of a plain torch program', (term, options) => {
  const expected = golden[term.name as 'multiTokenPrediction' | 'previousSentence'];
  const { values, hidden, parameters } = termOf(term, options, STEPS);
  const total = columnSums(values);
  const names = ['hidden', ...parameters.keys()];
  const derived = gradients(total, [hidden, ...parameters.values()]);
  const inputs = {
    hidden: [Float64Array.from(expected.hidden.flat())],
    targets: [Int32Array.from(golden.targets)],
    weights: [Float64Array.from(golden.weights)],
    words: [Int32Array.from(golden.words)],
    known: [Float64Array.from(golden.known)],
    ...Object.fromEntries(Object.entries(expected.parameters).map(([name, own]) => [name, [Float64Array.from(own.flat())]])),
  };
  const found = evaluate({ total, ...Object.fromEntries(names.map((name, i) => [name, derived[i]!])) }, inputs, inDouble);
  expect(found.total![0]![0]).toBeCloseTo(expected.total, 10);
  for (const name of names) {
    const wanted = expected.gradients[name]!.flat();
    found[name]![0]!.forEach((value, i) => void expect(value, `${name} ${i}`).toBeCloseTo(wanted[i]!, 10));
  }
});

test('multi-token prediction is zero in a window of one step', () => {
  const { values } = termOf(multiTokenPrediction, { tokens: 3 }, 1);
  expect([...evaluate({ values }, { weights: [Float64Array.of(1, 1)] }, inDouble).values![0]!]).toEqual([0, 0]);
});

test('a text without line ends has no previous sentence: the term is refused', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'corpus.txt'), 'the fox saw the crow '.repeat(40));
  const config = resolveConfig({
    corpus: { train: join(folder, 'corpus.txt') },
    training: { steps: 1, batchSize: 2, sequenceLength: 5, objective: { previousSentence: 0.1 } },
  } as never);
  await expect(train(config, join(folder, 'run'))).rejects.toThrow('the vocabulary has no token for line ends');
});

describe('parameters of a term', () => {
  test('are one for each later token, and none without a weight', () => {
    const of = (objective: Record<string, number | { weight: number; tokens: number }>) =>
      objectiveParameters([multiTokenPrediction], objective as never, { options: {} as never, hiddenSize: 3 }).map(
        ({ name, shape }) => [name, shape],
      );
    expect(of({ multiTokenPrediction: 0.1 })).toEqual([
      ['objective.multiTokenPrediction.weight_2', [3, 3]],
      ['objective.multiTokenPrediction.bias_2', [3]],
    ]);
    expect(of({ multiTokenPrediction: { weight: 1, tokens: 4 } })).toHaveLength(6);
    expect(of({ multiTokenPrediction: 0 })).toEqual([]);
  });

  test('are trained and resumed, and are not in the model', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'corpus.txt'), smallText(600));
    const config = resolveConfig({
      corpus: { path: join(folder, 'corpus.txt'), split: { train: 0.8, validation: 0.1, test: 0.1 } },
      model: { cell: { type: 'gru' }, layers: 1, hiddenSize: 4 },
      training: {
        steps: 6,
        batchSize: 2,
        sequenceLength: 5,
        optimizer: { type: 'adam', learningRate: 0.01 },
        averaging: { type: 'ema' },
        objective: { multiTokenPrediction: { weight: 0.5, tokens: 3 } },
        checkpoints: { everySteps: 3, keep: 5 },
      },
    } as never);
    const events = await train(config, join(folder, 'run'));
    const steps = events.flatMap((event) => (event.type === 'step' ? [event] : []));
    expect(steps.every(({ objective }) => (objective?.multiTokenPrediction ?? 0) > 0)).toBe(true);
    const matrixAt = (step: string) => {
      const { optimizer } = readCheckpoint(join(folder, 'run/checkpoints', `step-0000000${step}.safetensors`));
      return optimizer.find(({ name }) => name === 'objective.multiTokenPrediction.weight_3')!.data;
    };
    expect(matrixAt('3')).not.toEqual(matrixAt('6'));
    const names = readModelFile(join(folder, 'run/model.safetensors')).parameters.map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('objective'))).toEqual([]);
  });
});
