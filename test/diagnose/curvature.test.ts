import { describe, expect, it } from 'vitest';
import { measureCurvature } from '../../src/diagnose/curvature.js';
import { evaluate } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { trainingGraph } from '../../src/model/graphs.js';
import { entryView, type ParameterTable } from '../../src/model/parameter-table.js';
import { createBatches } from '../../src/text/batches.js';
import { type OptimizerChoice, optimizerFor } from '../../src/train/optimizers/index.js';
import { stabilityOf } from '../../src/train/stability.js';
import { createUpdater } from '../../src/train/update-program.js';
import { equalLayers } from '../model/short-form.js';
import { smallSession } from '../train/small-session.js';

const table = { trainedLength: 8, trained: [{ offset: 0, length: 7 }] } as unknown as ParameterTable;
/** Half of a quadratic loss: curvatures 0.5 to 3 along the axes, and 40 along a direction between two of them. */
const curvatures = [0.5, 1, 1.5, 2, 2.5, 3];
const quadratic = (parameters: Float32Array) => {
  const gradient = new Float32Array(8);
  for (const [i, curvature] of curvatures.entries()) gradient[i] = curvature * parameters[i]!;
  const along = (parameters[0]! + parameters[6]!) / 2;
  gradient[0]! += 40 * along;
  gradient[6]! += 40 * along;
  // The gap after the parameters is none.
  gradient[7] = 1e6 * parameters[7]!;
  return gradient;
};

async function ofQuadratic(choice: OptimizerChoice, square = new Float32Array(8)) {
  const random = createRandom(6);
  const parameters = Float32Array.from({ length: 8 }, () => random.normal());
  const before = parameters.slice();
  const result = await measureCurvature({
    table,
    parameters,
    gradient: async () => quadratic(parameters),
    learningRate: 0.01,
    stability: stabilityOf(choice, { square: { values: square, entries: [] } }, 1000),
    seed: 1,
  });
  expect(parameters).toEqual(before);
  return result;
}

/** The largest eigenvalue of a symmetric matrix by many products. */
function byPower(matrix: readonly (readonly number[])[]): number {
  // The shift makes the largest eigenvalue the largest absolute one.
  const shift = Math.max(...matrix.map((row) => row.reduce((sum, value) => sum + Math.abs(value), 0)));
  let vector = matrix.map((_, i) => 1 + (i % 3));
  let value = 0;
  for (let i = 0; i < 4000; i++) {
    const next = matrix.map((row, r) => row.reduce((sum, x, j) => sum + x * vector[j]!, shift * vector[r]!));
    value = Math.hypot(...next);
    vector = next.map((x) => x / value);
  }
  return value - shift;
}

const scaledHessian = (scales: readonly number[]) => {
  const size = 7;
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, j) => {
      const own = i === j ? (curvatures[i] ?? 0) : 0;
      const joint = [0, 6].includes(i) && [0, 6].includes(j) ? 20 : 0;
      return (own + joint) * scales[i]! * scales[j]!;
    }),
  );
};

describe('the largest curvature', () => {
  it('of a quadratic loss is its largest eigenvalue, beside 2 / rate', async () => {
    const { hessian, limit, optimizer } = await ofQuadratic({ type: 'sgd' });
    expect(hessian.value / byPower(scaledHessian(Array(7).fill(1)))).toBeCloseTo(1, 2);
    expect(hessian.converged).toBe(true);
    expect(limit).toBe(200);
    expect(optimizer!.limit).toBe(200);
    expect(optimizer!.highestRate).toBeCloseTo(2 / hessian.value, 12);
    expect(optimizer).not.toHaveProperty('preconditioned');
  });

  it('of Adam is preconditioned by its divisor, beside 38 / rate', async () => {
    const square = Float32Array.from([4, 1, 0.01, 0.25, 1, 1, 9, 0]);
    const epsilon = 0.1;
    const { hessian, optimizer } = await ofQuadratic({ type: 'adam', beta1: 0.9, beta2: 0.999, epsilon }, square);
    const roots = Array.from(square, (value) => Math.sqrt(value / (1 - 0.999 ** 1000)) + epsilon);
    const expected = byPower(scaledHessian(roots.map((root) => 1 / Math.sqrt(root))));
    expect(optimizer!.preconditioned!.value / expected).toBeCloseTo(1, 2);
    expect(optimizer!.preconditioned!.value).not.toBeCloseTo(hessian.value, 0);
    expect(optimizer!.limit).toBeCloseTo(3800, 6);
    expect(optimizer!.highestRate).toBeCloseTo(38 / optimizer!.preconditioned!.value, 8);
  });

  it('of a small network is that of its whole Hessian in float64', async () => {
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const model = equalLayers({
      vocabularySize: 5,
      cell: { type: 'gru' },
      layers: 1,
      embeddingSize: 2,
      hiddenSize: 3,
      dropout: 0,
      tieWeights: false,
    });
    const random = createRandom(11);
    const tokens = Int32Array.from({ length: 25 }, () => random.integer(5));
    const batches = createBatches({ tokens, batchSize: 4, sequenceLength: 6 });
    const session = smallSession(engine, batches, 4, { model, objective: {} });
    const { trained } = session.parameters;
    const begin = session.remember();
    const found = await measureCurvature({
      table: session.table,
      parameters: trained,
      async gradient() {
        begin();
        await session.differentiate(0, 1);
        return session.gradients;
      },
      learningRate: 1,
      stability: undefined,
      seed: 1,
    });

    // The gradient of the same graph by the plain kernels in float64, and its central differences.
    const graph = trainingGraph(model, { batchSize: 4, sequenceLength: 6, shards: 1 }, { seed: 3 });
    const [ids, targets, weights] = [new Int32Array(24), new Int32Array(24), new Float32Array(24)];
    const counted = batches.fill(0, [ids], [targets], [weights]);
    const { table } = session;
    const values = Float64Array.from(trained.subarray(0, table.trainedLength));
    const inputs = {
      tokens: [ids],
      targets: [targets],
      weights: [weights],
      inverseCount: [Float64Array.of(1 / counted)],
      ...Object.fromEntries(Object.entries(session.arrays.state).map(([name]) => [name, [new Float64Array(12)]])),
    };
    const places = table.trained.flatMap(({ offset, length }) => Array.from({ length }, (_, i) => offset + i));
    const gradientAt = (): number[] => {
      const parameters = table.trained.map(({ name, offset, length }) => [name, [values.subarray(offset, offset + length)]]);
      const outputs = evaluate(
        graph,
        { ...inputs, ...Object.fromEntries(parameters) },
        {
          shards: 1,
          allocate: (length) => new Float64Array(length),
        },
      );
      return table.trained.flatMap(({ name }) => [...outputs[`gradient.${name}`]![0]!]);
    };
    const rows = places.map((place) => {
      const value = values[place]!;
      values[place] = value + 1e-5;
      const above = gradientAt();
      values[place] = value - 1e-5;
      const below = gradientAt();
      values[place] = value;
      return above.map((one, i) => (one - below[i]!) / 2e-5);
    });
    const exact = byPower(rows.map((row, i) => row.map((value, j) => (value + rows[j]![i]!) / 2)));
    expect(exact).toBeGreaterThan(0.1);
    expect(found.hessian.value / exact).toBeGreaterThan(0.985);
    expect(found.hessian.value / exact).toBeLessThan(1.005);
    expect(entryView(trained, table.trained[0]!)).toEqual(Float32Array.from(values).subarray(0, table.trained[0]!.length));
    engine.close();
  });
});

describe('the stability bound', () => {
  it('is not known for every optimizer, and for Adam not before the first update', () => {
    const moments = { square: { values: Float32Array.of(4), entries: [] } };
    const adam = { type: 'adam', beta1: 0.9, beta2: 0.99, epsilon: 0.5 };
    expect(stabilityOf(adam, moments, 0)).toBeUndefined();
    expect(stabilityOf(adam, moments, 1)!.divisors![0]).toBeCloseTo(2 / Math.sqrt(0.01) + 0.5, 10);
    expect(stabilityOf({ type: 'lion', beta1: 0.9, beta2: 0.99, weightDecay: 0 }, {}, 5)).toBeUndefined();
  });

  const values = { momentum: 0.8, nesterov: false, beta1: 0.8, beta2: 0.99, decay: 0.95, weightDecay: 0 };

  // A large epsilon is nearly the whole divisor, so that the preconditioner does not change.
  it.each([
    ['sgd', {}],
    ['momentum', {}],
    ['momentum', { nesterov: true }],
    ['rmsprop', { epsilon: 1 }],
    ['adam', { epsilon: 1 }],
    ['adamw', { epsilon: 1 }],
  ])('is the product of rate and curvature above which a quadratic loss grows: %s %o', async (type, more) => {
    const choice = { type, ...values, ...more };
    const bound = optimizerFor(choice).stabilityBound!;
    const sizeAfter = async (share: number) => {
      const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
      const [parameters, gradients] = [engine.allocateFloats(4), engine.allocateFloats(4)];
      const entries = [{ name: 'p', shape: [4], role: 'bias', part: 'layer', offset: 0, length: 4 } as const];
      const options = { optimizer: choice, clipping: { type: 'none' }, regularization: { l1: 0, l2: 0 }, seed: 1 } as const;
      const updater = createUpdater(engine, { entries, parameters, gradients }, options);
      const curvature = 3;
      parameters.fill(1e-20);
      const sizes: number[] = [];
      for (let step = 1; step <= 120; step++) {
        gradients.set(parameters.map((value) => curvature * value));
        // The correction of Adam's mean changes the first steps only.
        await updater.update(step, (share * bound) / curvature, 0);
        sizes.push(Math.abs(parameters[0]!));
      }
      engine.close();
      return Math.max(...sizes.slice(-20)) / Math.max(...sizes.slice(40, 60));
    };
    expect(await sizeAfter(0.97)).toBeLessThan(1);
    expect(await sizeAfter(1.03)).toBeGreaterThan(1);
  });
});
