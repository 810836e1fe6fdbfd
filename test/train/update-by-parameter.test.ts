/** What an update does parameter by parameter, matrix by matrix and row by row, against plain loops in float64. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/onnxruntime-engine.js';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { entryView, type ParameterEntry, parameterTable } from '../../src/model/parameter-table.js';
import { readCheckpoint, writeCheckpoint } from '../../src/run/checkpoint.js';
import { listCheckpoints, runLayout } from '../../src/run/run-directory.js';
import { noiseDeviation } from '../../src/train/gradient-noise.js';
import { createUpdater, type UpdateOptions } from '../../src/train/update-program.js';
import { relativeError } from '../engine/model-fixture.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { equalLayers } from '../model/short-form.js';
import { resultOf, smallConfig, train } from './run-fixture.js';

const engines: [string, () => Engine | Promise<Engine>][] = [
  ['reference', () => createReferenceEngine()],
  ['typed-array, three shards', () => createTypedArrayEngine({ shards: 3, threads: 1 })],
  ['onnxruntime', () => createOnnxRuntimeEngine({ provider: 'cpu', threads: 1 })],
];

const table = parameterTable(
  equalLayers({
    vocabularySize: 11,
    cell: { type: 'lstm' },
    layers: 2,
    embeddingSize: 9,
    hiddenSize: 5,
    tieWeights: false,
    dropout: 0,
  }),
);
const RATE = 0.07;
const STEPS = 3;
const plain = {
  optimizer: { type: 'sgd' },
  clipping: { type: 'none' },
  regularization: { l1: 0, l2: 0 },
  gradientNoise: 0,
  seed: 1,
} as const;

/** Changes the parameters of an entry as one update does; `state` is what is remembered of it. */
type Definition = (
  entry: ParameterEntry,
  p: Float64Array,
  g: Float64Array,
  state: Record<string, Float64Array>,
  step: number,
) => void;

/** A few updates on an engine and by the definition, from the same parameters and gradients. */
async function compare(engine: Engine, options: UpdateOptions, define: Definition, tolerance = 1e-5) {
  const [parameters, gradients] = [engine.allocateFloats(table.arenaLength), engine.allocateFloats(table.arenaLength)];
  const updater = createUpdater(engine, { entries: table.trained, parameters, gradients }, options);
  const random = createRandom(7);
  for (const entry of table.entries) fill(entryView(parameters, entry), () => random.normal());
  const expected = table.entries.map((entry) => ({ p: Float64Array.from(entryView(parameters, entry)), state: {} }));
  for (let step = 1; step <= STEPS; step++) {
    for (const [k, entry] of table.entries.entries()) {
      const g = entryView(gradients, entry);
      // Some are larger than any threshold, some smaller.
      fill(g, () => (k % 3 === 0 ? 0.01 : 2) * random.normal());
      define(entry, expected[k]!.p, Float64Array.from(g), expected[k]!.state, step);
    }
    await updater.update(step, RATE, await updater.gradientNorm());
    for (const [k, entry] of table.entries.entries())
      expect(relativeError(entryView(parameters, entry), expected[k]!.p), `${entry.name}, step ${step}`).toBeLessThan(
        tolerance,
      );
  }
  engine.close();
}

function fill(values: Float32Array, draw: () => number) {
  for (const i of values.keys()) values[i] = draw();
}

const norm = (values: Float64Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
const rowsOf = (values: Float64Array, columns: number) =>
  Array.from({ length: values.length / columns }, (_, r) => values.subarray(r * columns, (r + 1) * columns));
function descend(p: Float64Array, g: Float64Array) {
  for (const i of p.keys()) p[i]! -= RATE * g[i]!;
}
const isMatrix = ({ name }: ParameterEntry) => name.startsWith('rnn.weight');

type Matrix = number[][];
const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, c) => row.reduce((sum, value, k) => sum + value * b[k]![c]!, 0)));
const transposed = (a: Matrix): Matrix => a[0]!.map((_, c) => a.map((row) => row[c]!));

/** Jordan et al. 2024: five quintic Newton-Schulz iterations. */
function newtonSchulz(g: Matrix): Matrix {
  if (g.length > g[0]!.length) return transposed(newtonSchulz(transposed(g)));
  const size = Math.sqrt(g.flat().reduce((sum, value) => sum + value * value, 0)) + 1e-7;
  let x = g.map((row) => row.map((value) => value / size));
  for (let i = 0; i < 5; i++) {
    const a = product(x, transposed(x));
    const aa = product(a, a);
    const b = a.map((row, r) => row.map((value, c) => -4.775 * value + 2.0315 * aa[r]![c]!));
    const bx = product(b, x);
    x = x.map((row, r) => row.map((value, c) => 3.4445 * value + bx[r]![c]!));
  }
  return x;
}

const muon =
  (nesterov: boolean): Definition =>
  (entry, p, g, state, step) => {
    for (const i of p.keys()) p[i]! -= (isMatrix(entry) ? RATE : RATE / 2) * 0.3 * p[i]!;
    state.m ??= new Float64Array(p.length);
    state.v ??= new Float64Array(p.length);
    const { m, v } = state;
    if (!isMatrix(entry)) {
      p.forEach((_, i) => {
        m[i] = 0.8 * m[i]! + 0.2 * g[i]!;
        v[i] = 0.9 * v[i]! + 0.1 * g[i]! ** 2;
        p[i]! -= ((RATE / 2) * (m[i]! / (1 - 0.8 ** step))) / (Math.sqrt(v[i]! / (1 - 0.9 ** step)) + 0.01);
      });
      return;
    }
    for (const i of m.keys()) m[i] = 0.7 * m[i]! + 0.3 * g[i]!;
    const direction = m.map((value, i) => (nesterov ? 0.7 * value + 0.3 * g[i]! : value));
    const columns = entry.shape[1]!;
    const gate = p.length / 4;
    for (let block = 0; block < 4; block++) {
      const part = direction.subarray(block * gate, (block + 1) * gate);
      const step = newtonSchulz(rowsOf(part, columns).map((row) => [...row])).flat();
      const scale = Math.sqrt(Math.max(1, gate / columns / columns));
      for (const [i, value] of step.entries()) p[block * gate + i]! -= RATE * scale * value;
    }
  };

describe.each(engines)('on the %s engine, an update', (_, create) => {
  test.each([true, false])(
    'by muon moves each gate by an orthogonalized momentum, and all else by Adam: nesterov %s',
    async (nesterov) => {
      const values = { momentum: 0.7, iterations: 5, beta1: 0.8, beta2: 0.9, epsilon: 0.01, weightDecay: 0.3 };
      const optimizer = { type: 'muon', learningRate: 0.5, adamLearningRate: 0.25, nesterov, ...values };
      await compare(await create(), { ...plain, optimizer }, muon(nesterov), 1e-4);
    },
  );

  test('with clipping norm-by-parameter scales each parameter by itself', async () => {
    const clip: Definition = (_, p, g) =>
      descend(
        p,
        g.map((value) => value * Math.min(1, 3 / norm(g))),
      );
    await compare(await create(), { ...plain, clipping: { type: 'norm-by-parameter', threshold: 3 } }, clip);
  });

  test('with clipping adaptive scales each unit to a share of its weights, and does not change the head', async () => {
    const clip: Definition = (entry, p, g) => {
      const columns = entry.shape.at(-1)!;
      const weights = rowsOf(p.slice(), columns);
      const clipped = rowsOf(g, columns).map((row, r) => {
        const most = 0.4 * Math.max(norm(weights[r]!), 2.5);
        return entry.name.startsWith('decoder') ? row : row.map((value) => value * Math.min(1, most / norm(row)));
      });
      descend(p, Float64Array.from(clipped.flatMap((row) => [...row])));
    };
    await compare(await create(), { ...plain, clipping: { type: 'adaptive', ratio: 0.4, minimumNorm: 2.5 } }, clip);
  });

  test('with maximumNorm scales the rows of matrices of layers down to the limit', async () => {
    const limit: Definition = (entry, p, g) => {
      descend(p, g);
      if (!isMatrix(entry)) return;
      for (const row of rowsOf(p, entry.shape[1]!)) {
        const factor = Math.min(1, 2.2 / norm(row));
        for (const i of row.keys()) row[i]! *= factor;
      }
    };
    await compare(await create(), { ...plain, regularization: { l1: 0, l2: 0, maximumNorm: 2.2 } }, limit);
  });
});

describe('gradient noise', () => {
  test('has the variance eta / (1 + t)^0.55, where t is 0 at the first update', () => {
    expect(noiseDeviation(0.3, 1) ** 2).toBeCloseTo(0.3, 12);
    expect(noiseDeviation(0.3, 1000) ** 2).toBeCloseTo(0.3 / 1000 ** 0.55, 12);
  });

  test('is added after clipping, differs at each step, and is the same on every engine and for every division of the arena', async () => {
    const noiseOf = async (engine: Engine, optimizer: UpdateOptions['optimizer']) => {
      const [parameters, gradients] = [engine.allocateFloats(table.arenaLength), engine.allocateFloats(table.arenaLength)];
      const options: UpdateOptions = { ...plain, optimizer, clipping: { type: 'norm', threshold: 1e-6 }, gradientNoise: 4 };
      const updater = createUpdater(engine, { entries: table.trained, parameters, gradients }, options);
      const steps: Float32Array[] = [];
      for (const step of [1, 2]) {
        parameters.fill(0);
        for (const entry of table.entries) entryView(gradients, entry).fill(1);
        await updater.update(step, 1, await updater.gradientNorm());
        const values = optimizer.type === 'sgd' ? parameters : updater.moments.mean!.values;
        steps.push(Float32Array.from(table.entries.flatMap((entry) => [...entryView(values, entry)])));
      }
      engine.close();
      return steps;
    };
    const sgd = { type: 'sgd' };
    const [first, second] = await noiseOf(createReferenceEngine(), sgd);
    for (const [, create] of engines) {
      const [a, b] = await noiseOf(await create(), sgd);
      expect(relativeError(a!, first!)).toBeLessThan(1e-6);
      expect(relativeError(b!, second!)).toBeLessThan(1e-6);
    }
    const mean = first!.reduce((sum, value) => sum + value, 0) / first!.length;
    const variance = first!.reduce((sum, value) => sum + value * value, 0) / first!.length;
    expect(Math.abs(mean)).toBeLessThan(0.3);
    expect(variance).toBeGreaterThan(3.2);
    expect(variance).toBeLessThan(4.8);
    expect(relativeError(second!, first!)).toBeGreaterThan(0.5);
    // With momentum 0 the running mean of a matrix is its gradient, here its noise; that of Adam is the same with beta1 0.
    const values = {
      learningRate: 1,
      adamLearningRate: 1,
      momentum: 0,
      nesterov: false,
      iterations: 1,
      beta1: 0,
      beta2: 0.9,
      epsilon: 1,
      weightDecay: 0,
    };
    const [byMatrix] = await noiseOf(createTypedArrayEngine({ shards: 2, threads: 1 }), { type: 'muon', ...values });
    expect(
      relativeError(
        byMatrix!.map((value) => -value),
        first!,
      ),
    ).toBeLessThan(1e-5);
  });
});

describe('a checkpoint of muon', () => {
  const trainedBy = async (folder: string, run: string, options: Parameters<typeof train>[2] = {}) => {
    const config = smallConfig(folder, { optimizer: { type: 'muon' }, checkpoints: { everySteps: 100, keep: 1 } });
    await train(config, join(folder, run), options);
    return listCheckpoints(runLayout(join(folder, run)).checkpoints)[0]!.path;
  };

  test('holds the momentum of each parameter, and the squares of those that Adam updates', async () => {
    const { parameters, optimizer } = readCheckpoint(await trainedBy(temporaryFolder(), 'run'));
    const names = parameters.map(({ name }) => name);
    const byAdam = names.filter((name) => !name.startsWith('rnn.weight'));
    expect(byAdam.length).toBe(names.length - 4);
    const expected = [...names.map((name) => `mean.${name}`), ...byAdam.map((name) => `square.${name}`)];
    expect(optimizer.map(({ name }) => name).toSorted()).toEqual(expected.toSorted());
  });

  test('that also holds squares of matrices, which nothing reads, is resumed to the same bits', async () => {
    const folder = temporaryFolder();
    await trainedBy(folder, 'whole');
    let left = 5;
    const path = await trainedBy(folder, 'pieces', { stopRequested: () => left-- === 0 });
    const checkpoint = readCheckpoint(path);
    const unused = checkpoint.optimizer
      .filter(({ name }) => name.startsWith('mean.rnn.weight'))
      .map((tensor) => ({ ...tensor, name: tensor.name.replace('mean', 'square') }));
    expect(unused.length).toBe(4);
    writeCheckpoint(path, { ...checkpoint, optimizer: [...checkpoint.optimizer, ...unused] });
    await trainedBy(folder, 'pieces', { start: 'resume' });
    expect(resultOf(join(folder, 'pieces'))).toEqual(resultOf(join(folder, 'whole')));
  });
});
