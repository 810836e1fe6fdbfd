import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/engine/reference/reference-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { type Outputs, topologicalOrder, type Values } from '../../src/graph/node.js';
import { inputOperation } from '../../src/graph/operations/input.js';
import {
  adaptationGraph,
  attentionGraph,
  hiddenScoringGraph,
  predictionGraph,
  scoringGraph,
  trainingGraph,
} from '../../src/model/graphs.js';
import { modelOptions } from '../../src/model/specification.js';

const [V, T, B] = [6, 3, 2];
const window = { batchSize: B, sequenceLength: T, shards: 1 };
const model = modelOptions({ embedding: { size: 4 }, layers: [{ type: 'gru', size: 4 }] }, V);
const dropped = modelOptions({ embedding: { size: 4 }, layers: [{ type: 'gru', size: 4 }], dropout: 0.5 }, V);

const inputsOf = (graph: Outputs) =>
  Object.fromEntries(
    topologicalOrder(Object.values(graph))
      .filter(({ operation }) => operation === inputOperation)
      .map((node) => [node.attributes.name as string, node]),
  );

/** Random values for the inputs of all graphs. Two of the six targets do not count. */
function valuesFor(...graphs: Outputs[]): Record<string, [Values]> {
  const random = createRandom(6);
  const values: Record<string, [Values]> = {};
  for (const [name, { rows, columns, attributes }] of graphs.flatMap((graph) => Object.entries(inputsOf(graph)))) {
    const length = rows * columns;
    values[name] ??= [
      attributes.integer
        ? Int32Array.from({ length }, () => random.integer(V))
        : Float64Array.from({ length }, () => random.normal()),
    ];
  }
  values.weights = [Float64Array.of(1, 1, 0, 1, 1, 0)];
  values.inverseCount = [Float64Array.of(1 / 4)];
  return values;
}
const compute = (graph: Outputs, inputs: Record<string, [Values]>) =>
  Object.fromEntries(
    Object.entries(evaluate(graph, inputs, { shards: 1, allocate: (length) => new Float64Array(length) })).map(
      ([name, [values]]) => [name, [...values!]] as const,
    ),
  );

function expectClose(found: readonly number[], wanted: readonly number[], name: string): void {
  expect(found.length, name).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) expect(found[i], `${name} ${i}`).toBeCloseTo(value, 10);
}

describe('the graphs of a model agree', () => {
  const prediction = predictionGraph(model, window);
  const scoring = scoringGraph(model, window);
  const hidden = hiddenScoringGraph(model, window);
  const training = trainingGraph(model, window, { seed: 1 });
  const adaptation = adaptationGraph(dropped, window);
  const inputs = valuesFor(prediction, scoring, hidden, training, adaptation);
  const losses = compute(scoring, inputs).loss!;

  test('on the loss of each target', () => {
    const { logits } = compute(prediction, inputs);
    for (const [row, loss] of losses.entries()) {
      const own = logits!.slice(row * V, (row + 1) * V);
      const sum = own.reduce((total, logit) => total + Math.exp(logit), 0);
      expect(loss).toBeCloseTo(Math.log(sum) - own[inputs.targets![0][row]!]!, 10);
    }
    expectClose(compute(hidden, inputs).loss!, losses, 'loss');
    expectClose(compute(adaptation, inputs).losses!, losses, 'losses');
    const counted = (losses[0]! + losses[1]! + losses[3]! + losses[4]!) / 4;
    expect(compute(training, inputs).loss![0]).toBeCloseTo(counted, 10);
    expect(compute(adaptation, inputs).loss![0]).toBeCloseTo(counted, 10);
  });

  test('on the state after the window', () => {
    const after = compute(prediction, inputs)['next.h.0']!;
    for (const graph of [scoring, hidden, training, adaptation]) expectClose(compute(graph, inputs)['next.h.0']!, after, 'h');
    expectClose(compute(hidden, inputs).hidden!.slice(-4 * B), after, 'hidden');
  });

  test('on the gradients, of which dynamic evaluation has all and drops nothing', () => {
    const [own, adapted] = [compute(training, inputs), compute(adaptation, inputs)];
    const names = Object.keys(own).filter((name) => name.startsWith('gradient.'));
    expect(names).toHaveLength(7);
    for (const name of names) expectClose(adapted[name]!, own[name]!, name);
    expect(Object.keys(inputsOf(adaptation))).not.toContain('step');
  });
});

describe('a training graph', () => {
  const outputsOf = (options: Partial<Parameters<typeof trainingGraph>[2]>, of = model) =>
    trainingGraph(of, window, { seed: 1, ...options });
  const termsOf = (graph: Outputs) => Object.keys(graph).filter((name) => name.startsWith('objective.'));
  const shapes = (graph: Outputs, ...names: string[]) => {
    const inputs = inputsOf(graph);
    return names.map(
      (name) => inputs[name] && [inputs[name].rows, inputs[name].columns, inputs[name].scope, inputs[name].attributes.integer],
    );
  };

  test('has the inputs of its window, and a step only for random masks', () => {
    expect(shapes(outputsOf({}), 'tokens', 'targets', 'weights', 'inverseCount', 'h.0', 'step', 'keep')).toEqual([
      [T * B, 1, 'sharded', true],
      [T * B, 1, 'sharded', true],
      [T * B, 1, 'sharded', false],
      [1, 1, 'shared', false],
      [B, 4, 'sharded', false],
      undefined,
      undefined,
    ]);
    expect(shapes(outputsOf({}, dropped), 'step')).toEqual([[1, 1, 'shared', true]]);
    const resets = trainingGraph(model, { ...window, resets: true }, { seed: 1 });
    expect(shapes(resets, 'keep')).toEqual([[T * B, 1, 'sharded', false]]);
    const parts = trainingGraph(model, { ...window, batchSize: 4, shards: 2 }, { seed: 1 });
    expect(shapes(parts, 'tokens', 'h.0')).toEqual([
      [T * B, 1, 'sharded', true],
      [B, 4, 'sharded', false],
    ]);
  });

  test('has the terms of the objective with a weight', () => {
    expect(termsOf(outputsOf({}))).toEqual([]);
    const objective = { activation: 0.5, temporalActivation: 0, augmentedLoss: { weight: 0 }, labelSmoothing: 0.1 };
    expect(termsOf(outputsOf({ objective }))).toEqual(['objective.activation', 'objective.labelSmoothing']);
    const graph = outputsOf({ objective: { skipGram: { weight: 1, negativeSamples: 2 } } });
    expect(shapes(graph, 'randomTokens')).toEqual([[2 * T * B, 1, 'sharded', true]]);
  });

  test('has the term of related words only where there are pairs', () => {
    const objective = { synonyms: { weight: 0.1, path: 'words.txt' } };
    for (const relatedPairs of [undefined, 0]) {
      const options = { objective, ...(relatedPairs !== undefined && { relatedPairs }) };
      expect(termsOf(outputsOf(options))).toEqual([]);
    }
    const graph = outputsOf({ objective, relatedPairs: 5 });
    expect(termsOf(graph)).toEqual(['objective.synonyms']);
    expect(shapes(graph, 'relations.first', 'relations.second', 'relations.shares')).toEqual([
      [5, 1, 'shared', true],
      [5, 1, 'shared', true],
      [5, 1, 'shared', false],
    ]);
  });

  test('multiplies a term by its weight, and adds it to what is differentiated but not to the loss', () => {
    const [plain, one, two] = [0, 1, 2].map((activation) => outputsOf({ objective: { activation } }));
    const inputs = valuesFor(plain!, one!, two!);
    const [a, b, c] = [plain!, one!, two!].map((graph) => compute(graph, inputs));
    expect(b!.loss).toEqual(a!.loss);
    expect(c!['objective.activation']![0]).toBeCloseTo(2 * b!['objective.activation']![0]!, 10);
    const name = 'gradient.rnn.weight_hh_l0';
    const added = b![name]!.map((value, i) => value - a![name]![i]!);
    expect(Math.max(...added.map(Math.abs))).toBeGreaterThan(0.01);
    expectClose(
      c![name]!,
      a![name]!.map((value, i) => value + 2 * added[i]!),
      name,
    );
  });

  test('has no gradients of frozen parameters', () => {
    const frozen = new Set(['encoder.weight', 'rnn.bias_hh_l0']);
    const names = Object.keys(outputsOf({ frozen })).filter((name) => name.startsWith('gradient.'));
    expect(names).toHaveLength(5);
    for (const name of frozen) expect(names).not.toContain(`gradient.${name}`);
  });
});

test('a graph of attention has the weights of all heads, which add up to 1', () => {
  const layers = [
    { type: 'transformer', heads: 2, window: 4 },
    { type: 'gru', size: 3 },
    { type: 'attention', size: 2, window: 3 },
  ];
  const graph = attentionGraph(modelOptions({ embedding: { size: 4 }, layers }, V), window);
  const taps = Object.keys(graph).filter((name) => name.startsWith('tap.'));
  expect(taps).toEqual(['tap.layers.0.weights.head0', 'tap.layers.0.weights.head1', 'tap.layers.2.weights']);
  expect(Object.keys(graph).filter((name) => !name.startsWith('tap.'))).toEqual(
    ['layers.0.keys', 'layers.0.values', 'layers.0.known', 'h.0', 'layers.2.keys', 'layers.2.values', 'layers.2.known'].map(
      (name) => `next.${name}`,
    ),
  );
  const found = compute(graph, valuesFor(graph));
  for (const [i, name] of taps.entries()) {
    const positions = T + (i === 2 ? 2 : 3);
    expect(found[name]).toHaveLength(T * B * positions);
    for (let row = 0; row < T * B; row++) {
      const weights = found[name]!.slice(row * positions, (row + 1) * positions);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 10);
    }
  }
});
