import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/engine/reference/reference-engine.js';
import { input } from '../../src/graph/operations/input.js';
import { activation, temporalActivation } from '../../src/model/objectives/activation.js';
import { labelSmoothing } from '../../src/model/objectives/label-smoothing.js';
import type { ObjectiveTerm } from '../../src/model/objectives/objective.js';

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
  const { values } = evaluate({ values: term.values({ ...nodes, ...unused, steps, batch }) }, inputs, { shards: 1, allocate });
  const sum = Array.from(values![0]!).reduce((all, value) => all + value, 0);
  return sum / counted.reduce((all, one) => all + one);
}

/** What only other terms look at. */
const unused = {
  losses: input('losses', { rows: steps * batch, columns: 1 }),
  logProbabilities: () => input('scores', { rows: steps * batch, columns: 3 }),
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
    const term = temporalActivation.values({ ...nodes, ...unused, steps: 1, batch: 2 });
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
    const term = labelSmoothing.values({
      output: matrix('output'),
      hidden: matrix('hidden'),
      losses: column('losses'),
      logProbabilities: () => matrix('scores'),
      weights: column('weights'),
      steps: 2,
      batch: 1,
    });
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
