import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/engine/reference/reference-engine.js';
import { gradients } from '../../src/graph/autodiff.js';
import type { Node } from '../../src/graph/node.js';
import { input } from '../../src/graph/operations/input.js';
import { columnSums } from '../../src/graph/operations/sums.js';
import { activation, temporalActivation } from '../../src/model/objectives/activation.js';
import { objectiveTerms } from '../../src/model/objectives/index.js';
import { labelSmoothing } from '../../src/model/objectives/label-smoothing.js';
import { type ObjectiveContext, type ObjectiveTerm, termSettings } from '../../src/model/objectives/objective.js';

/** Three steps of two sequences, two values each; the second sequence stays as it is in step 1. */
const outputs = [
  [0, 0],
  [1, 1],
  [1, 2],
  [1, 1],
  [1, 5],
  [4, 1],
].flat();
const [steps, batch] = [3, 2];

/** A term for these outputs, which are those before dropout or those after it; the others are zero. */
function termOf(term: ObjectiveTerm, of: 'output' | 'hidden', counted: readonly number[]): number {
  const matrix = (name: string, columns: number) => input(name, { rows: steps * batch, columns });
  const nodes = { output: matrix('output', 2), hidden: matrix('hidden', 2), weights: matrix('weights', 1) };
  const zeros = new Float64Array(outputs.length);
  const inputs = {
    output: [zeros],
    hidden: [zeros],
    [of]: [Float64Array.from(outputs)],
    weights: [Float64Array.from(counted)],
  };
  const allocate = (length: number) => new Float64Array(length);
  const { values } = evaluate({ values: term.values({ ...nodes, ...unused, steps, batch }, {}) }, inputs, {
    shards: 1,
    allocate,
  });
  const sum = Array.from(values![0]!).reduce((all, value) => all + value, 0);
  return sum / counted.reduce((all, one) => all + one);
}

/** Inputs for so many pairs of related tokens. */
function pairsOf(count: number) {
  const column = (name: string, integer: boolean) => input(name, { rows: count, columns: 1, integer });
  return { first: column('first', true), second: column('second', true), shares: column('shares', false) };
}

/** What only other terms look at. */
const unused = {
  losses: input('losses', { rows: steps * batch, columns: 1 }),
  tokens: input('tokens', { rows: steps * batch, columns: 1, integer: true }),
  targets: input('targets', { rows: steps * batch, columns: 1, integer: true }),
  outputVectors: () => input('outputVectors', { rows: 3, columns: 2 }),
  randomTokens: (count: number) => input('randomTokens', { rows: count * steps * batch, columns: 1, integer: true }),
  relations: () => pairsOf(1),
  embedding: input('embedding', { rows: 3, columns: 2 }),
  logProbabilities: () => input('scores', { rows: steps * batch, columns: 3 }),
  parameter: (name: string) => input(name, { rows: 2, columns: 2 }),
  previousWords: () => ({
    tokens: input('words', { rows: 1, columns: 1, integer: true }),
    known: input('known', { rows: 1, columns: 1 }),
  }),
  lossesOf: () => input('losses', { rows: steps * batch, columns: 1 }),
};

const all = [1, 1, 1, 1, 1, 1];
const allButLast = [1, 1, 1, 1, 1, 0];

describe('the term of the objective', () => {
  test('activation is the mean square of the outputs after dropout whose targets count', () => {
    // Sums of two squares each: 0, 2, 5, 2, 26, 17.
    expect(termOf(activation, 'hidden', all)).toBeCloseTo(52 / 12, 12);
    expect(termOf(activation, 'hidden', allButLast)).toBeCloseTo(35 / 10, 12);
    expect(termOf(activation, 'output', all)).toBe(0);
  });

  test('temporalActivation is the mean square of the changes from step to step of the outputs before dropout', () => {
    // Changes (1, 2), (0, 0), (0, 3), (3, 0), whose squares add up to 5, 0, 9, 9.
    expect(termOf(temporalActivation, 'output', all)).toBeCloseTo(23 / 8, 12);
    // Two of three steps have changes, so each counts one and a half times, in a mean over five targets.
    expect(termOf(temporalActivation, 'output', allButLast)).toBeCloseTo((1.5 * 14) / 2 / 5, 12);
    expect(termOf(temporalActivation, 'hidden', all)).toBe(0);
  });

  test('temporalActivation is zero in a window of one step', () => {
    const nodes = {
      output: input('output', { rows: 2, columns: 2 }),
      hidden: input('hidden', { rows: 2, columns: 2 }),
      weights: input('weights', { rows: 2, columns: 1 }),
    };
    const inputs = { output: [Float64Array.of(1, 2, 3, 4)], weights: [Float64Array.of(1, 1)] };
    const allocate = (length: number) => new Float64Array(length);
    const term = temporalActivation.values({ ...nodes, ...unused, steps: 1, batch: 2 }, {});
    expect([...evaluate({ term }, inputs, { shards: 1, allocate }).term![0]!]).toEqual([0, 0]);
  });

  test('labelSmoothing makes the objective the cross-entropy with (1 - e) onehot + e / V, whatever is added to a row of scores', () => {
    const scores = [0.3, -1.2, 2, 5, 5.5, 3];
    const targets = [2, 0];
    const probabilities = [scores.slice(0, 3), scores.slice(3)].map((row) => {
      const powers = row.map((score) => Math.exp(score));
      return powers.map((power) => power / powers.reduce((sum, one) => sum + one));
    });
    const losses = targets.map((target, row) => -Math.log(probabilities[row]![target]!));
    const column = (name: string) => input(name, { rows: 2, columns: 1 });
    const matrix = (name: string) => input(name, { rows: 2, columns: 3 });
    const term = labelSmoothing.values(
      {
        ...unused,
        output: matrix('output'),
        hidden: matrix('hidden'),
        losses: column('losses'),
        logProbabilities: () => matrix('scores'),
        weights: column('weights'),
        steps: 2,
        batch: 1,
      },
      {},
    );
    const inputs = {
      losses: [Float64Array.from(losses)],
      scores: [Float64Array.from(scores)],
      weights: [Float64Array.of(1, 1)],
    };
    const allocate = (length: number) => new Float64Array(length);
    const values = evaluate({ term }, inputs, { shards: 1, allocate }).term![0]!;
    const e = 0.1;
    for (const [row, target] of targets.entries()) {
      const smoothed = probabilities[row]!.map((p, v) => -((v === target ? 1 - e : 0) + e / 3) * Math.log(p));
      expect(losses[row]! + e * values[row]!).toBeCloseTo(
        smoothed.reduce((sum, one) => sum + one),
        12,
      );
    }
  });
});

const matrices = ['embedding', 'outputVectors', 'logits'] as const;
const columns = ['tokens', 'targets', 'randomTokens', 'first', 'second'] as const;

interface GoldenTerm extends Record<(typeof matrices)[number], number[][]>, Record<(typeof columns)[number], number[]> {
  term: string;
  options: Record<string, number>;
  steps: number;
  weights: number[];
  shares: number[];
  total: number;
  gradients: Record<(typeof matrices)[number], number[][]>;
}

const goldens: readonly GoldenTerm[] = JSON.parse(readFileSync(new URL('../golden/objectives.json', import.meta.url), 'utf8'));

test.each(goldens.map((golden) => [`${golden.term} ${JSON.stringify(golden.options)}`, golden] as const))(
  '%s has the value and the gradients of a plain torch program',
  (_, golden) => {
    const term = objectiveTerms.find(({ name }) => name === golden.term)!;
    const rows = golden.targets.length;
    const integers = (name: string, count = 1) => input(name, { rows: count * rows, columns: 1, integer: true });
    const [embedding, outputVectors, logits] = matrices.map((name) =>
      input(name, { rows: golden[name].length, columns: golden[name][0]!.length }),
    ) as [Node, Node, Node];
    const context: ObjectiveContext = {
      ...unused,
      output: logits,
      hidden: logits,
      losses: unused.losses,
      tokens: integers('tokens'),
      targets: integers('targets'),
      embedding,
      outputVectors: () => outputVectors,
      randomTokens: (count) => integers('randomTokens', count),
      relations: () => pairsOf(golden.first.length),
      logProbabilities: () => logits,
      weights: input('weights', { rows, columns: 1 }),
      steps: golden.steps,
      batch: rows / golden.steps,
    };
    const total = columnSums(term.values(context, termSettings(term, golden.options).options));
    const derived = gradients(total, [embedding, outputVectors, logits]);
    const inputs = {
      weights: [Float64Array.from(golden.weights)],
      shares: [Float64Array.from(golden.shares)],
      ...Object.fromEntries(matrices.map((name) => [name, [Float64Array.from(golden[name].flat())]])),
      ...Object.fromEntries(columns.map((name) => [name, [Int32Array.from(golden[name])]])),
    };
    const outputs = { total, ...Object.fromEntries(matrices.map((name, i) => [name, derived[i]!])) };
    const found = evaluate(outputs, inputs, { shards: 1, allocate: (length) => new Float64Array(length) });
    expect(found.total![0]![0]).toBeCloseTo(golden.total, 10);
    for (const name of matrices) {
      const expected = golden.gradients[name].flat();
      found[name]![0]!.forEach((value, i) => void expect(value, `${name} ${i}`).toBeCloseTo(expected[i]!, 10));
    }
  },
);

test('skipGram is zero in a window of one step', () => {
  const term = objectiveTerms.find(({ name }) => name === 'skipGram')!;
  const values = term.values(
    {
      ...unused,
      output: unused.embedding,
      hidden: unused.embedding,
      weights: input('weights', { rows: 2, columns: 1 }),
      steps: 1,
      batch: 2,
    },
    termSettings(term, {}).options,
  );
  const allocate = (length: number) => new Float64Array(length);
  expect([...evaluate({ values }, { weights: [Float64Array.of(1, 1)] }, { shards: 1, allocate }).values![0]!]).toEqual([0, 0]);
});

describe('the settings of a term', () => {
  const term = objectiveTerms.find(({ name }) => name === 'augmentedLoss')!;

  test('are its weight alone where it has no further options', () => {
    expect(termSettings(activation, undefined)).toEqual({ weight: 0, options: {} });
    expect(termSettings(activation, 0.5)).toEqual({ weight: 0.5, options: {} });
  });

  test('are a number, the weight, or a map; what is absent has its default, and without the key the weight is 0', () => {
    expect(termSettings(term, undefined)).toEqual({ weight: 0, options: { temperature: 20 } });
    expect(termSettings(term, 0.3)).toEqual({ weight: 0.3, options: { temperature: 20 } });
    expect(termSettings(term, { temperature: 5 })).toEqual({ weight: 1, options: { temperature: 5 } });
    expect(termSettings(term, { weight: 2 })).toEqual({ weight: 2, options: { temperature: 20 } });
    const other = objectiveTerms.find(({ name }) => name === 'skipGram')!;
    expect(termSettings(other, { negativeSamples: 2 })).toEqual({
      weight: 0.01,
      options: { contextSize: 5, negativeSamples: 2 },
    });
  });
});
