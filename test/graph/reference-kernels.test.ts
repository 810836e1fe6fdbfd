/** Plain kernels whose values no golden file has, against their definitions. */
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/engine/reference/reference-engine.js';
import { philox4x32 } from '../../src/foundation/random.js';
import type { Node, Values } from '../../src/graph/node.js';
import { dropoutMask } from '../../src/graph/operations/dropout-mask.js';
import { gaussianNoise } from '../../src/graph/operations/gaussian-noise.js';
import { input } from '../../src/graph/operations/input.js';
import { logSumExp } from '../../src/graph/operations/log-sum-exp.js';
import { greater, maximum, minimum, relu, sign, stopGradient } from '../../src/graph/operations/pointwise.js';
import {
  gatherSelected,
  relabelRange,
  scatterSelected,
  selectedCrossEntropy,
  selectedProduct,
  selectRows,
} from '../../src/graph/operations/selected-rows.js';
import { softmaxCrossEntropy } from '../../src/graph/operations/softmax-cross-entropy.js';
import { causalTable, rotationTable, tableValues } from '../../src/graph/operations/table.js';

const matrix = (name: string, rows: number, columns: number) => input(name, { rows, columns });
const valuesOf = (y: Node, inputs: Record<string, Values> = {}, shards = 1) =>
  evaluate({ y }, Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, [values]])), {
    shards,
    allocate: (length) => new Float64Array(length),
  }).y!.map((part) => [...part]);

describe('rows whose ids are in a range', () => {
  const ids = input('ids', { rows: 6, columns: 1, integer: true });
  const given = { ids: Int32Array.of(4, 2, 5, 3, 1, 4) };
  /** Ids 2, 3 and 4: rows 0, 1, 3 and 5. */
  const selection = selectRows(ids, 2, 3);

  test('are selected in order', () => {
    expect(valuesOf(selection, given)).toEqual([[4, 0, 1, 3, 5, 0, 0]]);
    expect(valuesOf(selectRows(ids, 6, 2), given)).toEqual([[0, 0, 0, 0, 0, 0, 0]]);
  });

  test('get one label', () => {
    expect(valuesOf(relabelRange(ids, 2, 3, 9), given)).toEqual([[9, 9, 5, 9, 1, 9]]);
  });

  test('are gathered and put back', () => {
    const x = matrix('x', 6, 2);
    const all = { ...given, x: Float64Array.from({ length: 12 }, (_, i) => i + 1) };
    const compact = gatherSelected(x, selection);
    expect(valuesOf(compact, all)).toEqual([[1, 2, 3, 4, 7, 8, 11, 12, 0, 0, 0, 0]]);
    expect(valuesOf(scatterSelected(compact, selection), all)).toEqual([[1, 2, 3, 4, 0, 0, 7, 8, 0, 0, 11, 12]]);
    const w = matrix('w', 2, 3);
    const weights = { ...all, w: Float64Array.of(1, 0, 2, 0, 1, 3) };
    const product = [1, 2, 8, 3, 4, 18, 7, 8, 38, 11, 12, 58, 0, 0, 0, 0, 0, 0];
    expect(valuesOf(selectedProduct(compact, w, selection, { transposeB: false }), weights)).toEqual([product]);
    const turned = { ...all, w: Float64Array.of(1, 0, 0, 1, 2, 3) };
    const transposed = selectedProduct(compact, matrix('w', 3, 2), selection, { transposeB: true });
    expect(valuesOf(transposed, turned)).toEqual([product]);
  });

  test('have the loss of their own classes', () => {
    const logits = matrix('logits', 6, 3);
    const all = { ...given, logits: Float64Array.from({ length: 18 }, (_, i) => (i * i) % 7) };
    const [losses] = valuesOf(selectedCrossEntropy(logits, ids, selection, 2), all);
    for (const [i, row] of [0, 1, 3, 5].entries()) {
      const own = all.logits.subarray(3 * i, 3 * i + 3);
      const sum = own.reduce((total, logit) => total + Math.exp(logit), 0);
      expect(losses![i]).toBeCloseTo(Math.log(sum) - own[given.ids[row]! - 2]!, 12);
    }
    expect(losses!.slice(4)).toEqual([0, 0]);
  });
});

test('large and equally small logits have a finite loss', () => {
  const [logits, targets] = [matrix('logits', 2, 2), input('targets', { rows: 2, columns: 1, integer: true })];
  const given = { logits: Float64Array.of(2000, 2000, -2000, -2001), targets: Int32Array.of(0, 1) };
  const [losses] = valuesOf(softmaxCrossEntropy(logits, targets), given);
  expect(losses![0]).toBeCloseTo(Math.log(2), 10);
  expect(losses![1]).toBeCloseTo(Math.log(1 + Math.E), 10);
  const [sums] = valuesOf(logSumExp(logits), given);
  expect(sums![0]).toBeCloseTo(2000 + Math.log(2), 10);
  expect(sums![1]).toBeCloseTo(-2000 + Math.log(1 + Math.exp(-1)), 10);
});

test('comparisons, and where values are equal', () => {
  const [a, b] = [matrix('a', 1, 4), matrix('b', 1, 4)];
  const given = { a: Float64Array.of(-2, 0, 3, 1), b: Float64Array.of(-1, 0, 2, Number.NaN) };
  expect(valuesOf(greater(a, b), given)).toEqual([[0, 0, 1, 0]]);
  expect(valuesOf(maximum(a, b), given)).toEqual([[-1, 0, 3, Number.NaN]]);
  expect(valuesOf(minimum(a, b), given)).toEqual([[-2, 0, 2, Number.NaN]]);
  expect(valuesOf(sign(a), given)).toEqual([[-1, 0, 1, 1]]);
  expect(valuesOf(relu(b), given)).toEqual([[0, 0, 2, Number.NaN]]);
  expect(valuesOf(stopGradient(a), given)).toEqual([[-2, 0, 3, 1]]);
});

test('the causal table hides later positions and those that are too old', () => {
  const hidden = -30_000;
  const rows = [
    [0, 0, 0, hidden, hidden],
    [hidden, 0, 0, 0, hidden],
    [hidden, hidden, 0, 0, 0],
  ];
  expect(valuesOf(causalTable(3, 2))).toEqual([rows.flat()]);
  expect([...tableValues(causalTable(3, 2))]).toEqual(rows.flat());
});

test('the tables of rotations have the cosines and sines of their positions', () => {
  for (const [wave, f] of [
    ['cosine', Math.cos],
    ['sine', Math.sin],
  ] as const) {
    const values = valuesOf(rotationTable(wave, -2, 3, 2, 100))[0]!;
    expect(values).toHaveLength(6);
    for (const [i, value] of values.entries()) {
      const angle = (-2 + Math.floor(i / 2)) / (i % 2 === 0 ? 1 : 10);
      expect(value).toBeCloseTo(f(angle), 12);
    }
  }
  expect(tableValues(rotationTable('sine', 0, 2, 2))[3]).toBeCloseTo(Math.sin(0.01), 7);
});

const step = input('step', { rows: 1, columns: 1, integer: true });
const seed = 7 * 2 ** 32 + 5;
const [low, high] = [5, 7];

describe('a dropout mask', () => {
  const common = { columns: 6, rate: 0.4, site: 3, seed };
  const drawn = (row: number, column: number) => {
    const words = new Uint32Array(4);
    philox4x32(Uint32Array.of(row, column >> 2, 3, 11), low, high, words);
    return words[column % 4]! >>> 8 < Math.round(0.6 * 2 ** 24) ? Math.fround(1 / 0.6) : 0;
  };
  const given = { step: Int32Array.of(11) };

  test('has the draws of its rows in the whole batch, in each shard', () => {
    // Two steps of two rows in each of three shards: rows 0 to 5 are step 0, rows 6 to 11 step 1.
    const parts = valuesOf(dropoutMask(step, { ...common, rows: 4, batch: 2 }), given, 3);
    for (const [shard, part] of parts.entries()) {
      const rows = [2 * shard, 2 * shard + 1, 6 + 2 * shard, 6 + 2 * shard + 1];
      expect(part).toEqual(rows.flatMap((row) => Array.from({ length: 6 }, (_, column) => drawn(row, column))));
    }
  });

  test('that all shards share has the draws of its own rows', () => {
    const [mask] = valuesOf(dropoutMask(step, { ...common, rows: 3 }), given);
    expect(mask).toEqual([0, 1, 2].flatMap((row) => Array.from({ length: 6 }, (_, column) => drawn(row, column))));
  });
});

test('parts of Gaussian noise are those of the whole', () => {
  const noise = (rows: number, columns: number, offset: number) =>
    valuesOf(gaussianNoise(step, { rows, columns, offset, seed }), { step: Int32Array.of(2) })[0]!;
  const whole = noise(5, 8, 0);
  for (const offset of [1, 4, 7]) expect(noise(3, 3, offset)).toEqual(whole.slice(offset, offset + 9));
  expect(new Set(whole).size).toBe(40);
  expect(Math.max(...whole.map(Math.abs))).toBeLessThan(6.4);
  expect(
    valuesOf(gaussianNoise(step, { rows: 5, columns: 8, offset: 0, seed: low }), { step: Int32Array.of(2) })[0],
  ).not.toEqual(whole);
  const many = noise(100, 100, 0);
  const mean = many.reduce((sum, value) => sum + value, 0) / 10_000;
  expect(Math.abs(mean)).toBeLessThan(0.05);
  expect(many.reduce((sum, value) => sum + value * value, 0) / 10_000).toBeCloseTo(1, 1);
});
