import { describe, expect, test } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { createUpdater, type UpdateOptions } from '../../src/train/update-program.js';
import { relativeError } from '../engine/model-fixture.js';

const LENGTH = 52;
const STEPS = 4;
const LEARNING_RATE = 0.07;

/** The definition of one update of a single parameter, in float64; `state` is what the optimizer remembers of it. */
type Definition = (parameter: number, gradient: number, state: Record<string, number>, step: number) => number;

/** Updates on the engine and by the definition, with gradients of any size. */
async function compare(options: UpdateOptions, prepare: (gradients: Float64Array) => Float64Array, define: Definition) {
  const engine = createTypedArrayEngine({ shards: 2, threads: 1 });
  const [parameters, gradients] = [engine.allocateFloats(LENGTH), engine.allocateFloats(LENGTH)];
  const entry = { name: 'p', shape: [LENGTH], role: 'bias', part: 'layer', offset: 0, length: LENGTH } as const;
  const updater = createUpdater(engine, { entries: [entry], parameters, gradients }, options);
  const random = createRandom(5);
  for (let i = 0; i < LENGTH; i++) parameters[i] = random.normal();
  const expected = Float64Array.from(parameters);
  const states = Array.from({ length: LENGTH }, (): Record<string, number> => ({}));
  for (let step = 1; step <= STEPS; step++) {
    for (let i = 0; i < LENGTH; i++) gradients[i] = 3 * random.normal();
    const clipped = prepare(Float64Array.from(gradients));
    await updater.update(step, LEARNING_RATE, await updater.gradientNorm());
    for (let i = 0; i < LENGTH; i++) expected[i] = define(expected[i]!, clipped[i]!, states[i]!, step);
    expect(relativeError(parameters, expected), `step ${step}`).toBeLessThan(1e-5);
  }
  engine.close();
}

const asTheyAre = (gradients: Float64Array) => gradients;
const plain = { clipping: { type: 'none' }, regularization: { l1: 0, l2: 0 }, seed: 1 } as const;
const descent: Definition = (p, g) => p - LEARNING_RATE * g;
const norm = (gradients: Float64Array) => Math.sqrt(gradients.reduce((sum, g) => sum + g * g, 0));

/** Kingma and Ba 2015, algorithm 1. */
const adam =
  (beta1: number, beta2: number, epsilon: number): Definition =>
  (p, g, state, step) => {
    state.m = beta1 * (state.m ?? 0) + (1 - beta1) * g;
    state.v = beta2 * (state.v ?? 0) + (1 - beta2) * g * g;
    const mean = state.m / (1 - beta1 ** step);
    const square = state.v / (1 - beta2 ** step);
    return p - (LEARNING_RATE * mean) / (Math.sqrt(square) + epsilon);
  };

/** Dozat 2016, with PyTorch's growing share of the momentum, here from 0.4 up to 0.8. */
const nadam: Definition = (p, g, state, step) => {
  const share = (t: number) => 0.8 * (1 - 0.5 * 0.96 ** (0.5 * t));
  state.product = (state.product ?? 1) * share(step);
  state.m = 0.8 * (state.m ?? 0) + 0.2 * g;
  state.v = 0.95 * (state.v ?? 0) + 0.05 * g * g;
  const mean = (share(step + 1) * state.m) / (1 - state.product * share(step + 1));
  const direction = mean + ((1 - share(step)) * g) / (1 - state.product);
  return p - (LEARNING_RATE * direction) / (Math.sqrt(state.v / (1 - 0.95 ** step)) + 0.01);
};

/** Zhuang et al. 2020, algorithm 2: epsilon is added to the running array at each step. */
const adabelief: Definition = (p, g, state, step) => {
  state.m = 0.8 * (state.m ?? 0) + 0.2 * g;
  state.s = 0.95 * (state.s ?? 0) + 0.05 * (g - state.m) ** 2 + 0.01;
  const mean = state.m / (1 - 0.8 ** step);
  return p - (LEARNING_RATE * mean) / (Math.sqrt(state.s / (1 - 0.95 ** step)) + 0.01);
};

/** Chen et al. 2023, algorithm 2. */
const lion =
  (weightDecay: number): Definition =>
  (p, g, state) => {
    const direction = Math.sign(0.6 * (state.m ?? 0) + 0.4 * g);
    state.m = 0.9 * (state.m ?? 0) + 0.1 * g;
    return p - LEARNING_RATE * (direction + weightDecay * p);
  };

describe('an update', () => {
  const moments = { beta1: 0.8, beta2: 0.95, epsilon: 0.01 };
  test.each<[string, UpdateOptions['optimizer'], Definition]>([
    ['sgd', { type: 'sgd' }, descent],
    [
      'momentum',
      { type: 'momentum', momentum: 0.7, nesterov: false, weightDecay: 0 },
      (p, g, state) => {
        state.v = 0.7 * (state.v ?? 0) + g;
        return p - LEARNING_RATE * state.v;
      },
    ],
    [
      'momentum with nesterov',
      { type: 'momentum', momentum: 0.7, nesterov: true, weightDecay: 0 },
      (p, g, state) => {
        state.v = 0.7 * (state.v ?? 0) + g;
        return p - LEARNING_RATE * (g + 0.7 * state.v);
      },
    ],
    [
      'rmsprop',
      { type: 'rmsprop', decay: 0.8, epsilon: 0.02, weightDecay: 0 },
      (p, g, state) => {
        state.s = 0.8 * (state.s ?? 0) + 0.2 * g * g;
        return p - (LEARNING_RATE * g) / (Math.sqrt(state.s) + 0.02);
      },
    ],
    ['adam', { type: 'adam', ...moments }, adam(0.8, 0.95, 0.01)],
    [
      'adamw',
      { type: 'adamw', ...moments, weightDecay: 0.3 },
      (p, g, state, step) => adam(0.8, 0.95, 0.01)(p * (1 - LEARNING_RATE * 0.3), g, state, step),
    ],
    [
      'momentum with weight decay',
      { type: 'momentum', momentum: 0.7, nesterov: false, weightDecay: 0.3 },
      (p, g, state) => {
        state.v = 0.7 * (state.v ?? 0) + g;
        return p - LEARNING_RATE * (state.v + 0.3 * p);
      },
    ],
    [
      'rmsprop with weight decay',
      { type: 'rmsprop', decay: 0.8, epsilon: 0.02, weightDecay: 0.3 },
      (p, g, state) => {
        state.s = 0.8 * (state.s ?? 0) + 0.2 * g * g;
        return p - LEARNING_RATE * (g / (Math.sqrt(state.s) + 0.02) + 0.3 * p);
      },
    ],
    ['nadam', { type: 'nadam', ...moments, momentumDecay: 0.5, weightDecay: 0 }, nadam],
    [
      'nadam with weight decay',
      { type: 'nadam', ...moments, momentumDecay: 0.5, weightDecay: 0.3 },
      (p, g, state, step) => nadam(p * (1 - LEARNING_RATE * 0.3), g, state, step),
    ],
    ['adabelief', { type: 'adabelief', ...moments, weightDecay: 0 }, adabelief],
    [
      'adabelief with weight decay',
      { type: 'adabelief', ...moments, weightDecay: 0.3 },
      (p, g, state, step) => adabelief(p * (1 - LEARNING_RATE * 0.3), g, state, step),
    ],
    ['lion', { type: 'lion', beta1: 0.6, beta2: 0.9, weightDecay: 0 }, lion(0)],
    ['lion with weight decay', { type: 'lion', beta1: 0.6, beta2: 0.9, weightDecay: 0.3 }, lion(0.3)],
  ])('by %s follows its equations', async (_, optimizer, define) => {
    await compare({ ...plain, optimizer }, asTheyAre, define);
  });

  test('with clipping norm scales all gradients together when their norm is above the threshold', async () => {
    for (const threshold of [5, 1000]) {
      const scaled = (gradients: Float64Array) => {
        const factor = Math.min(1, threshold / norm(gradients));
        return gradients.map((g) => g * factor);
      };
      await compare({ ...plain, optimizer: { type: 'sgd' }, clipping: { type: 'norm', threshold } }, scaled, descent);
    }
  });

  test('with clipping value cuts each gradient to the threshold', async () => {
    const cut = (gradients: Float64Array) => gradients.map((g) => Math.max(-2, Math.min(2, g)));
    await compare({ ...plain, optimizer: { type: 'sgd' }, clipping: { type: 'value', threshold: 2 } }, cut, descent);
  });

  test('with clipping none takes gradients of any size', async () => {
    const options: UpdateOptions = { ...plain, optimizer: { type: 'sgd' }, clipping: { type: 'none' } };
    await compare(options, asTheyAre, descent);
  });

  test('with regularization adds l1 times the sign and l2 times the parameter to the gradient', async () => {
    const options: UpdateOptions = { ...plain, optimizer: { type: 'sgd' }, regularization: { l1: 0.5, l2: 0.2 } };
    await compare(options, asTheyAre, (p, g) => p - LEARNING_RATE * (g + 0.5 * Math.sign(p) + 0.2 * p));
  });
});
