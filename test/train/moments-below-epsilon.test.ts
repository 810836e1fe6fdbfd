import { describe, expect, it } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { sharesBelowEpsilon } from '../../src/train/moments-below-epsilon.js';
import type { OptimizerChoice } from '../../src/train/optimizers/index.js';
import { createUpdater } from '../../src/train/update-program.js';

const STEPS = 3;
/** Sizes of gradients, below and above each limit. */
const GRADIENTS = [0, 1e-6, 3e-3, 0.02, 0.09, 0.11, 0.3, 5];

/** Updates a matrix of a layer and a bias with constant gradients, and returns the shares after the last step. */
async function sharesOf(optimizer: OptimizerChoice) {
  const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
  try {
    const length = GRADIENTS.length;
    const entries = [
      { name: 'w', shape: [2, 4], role: 'input', part: 'layer', offset: 0, length },
      { name: 'b', shape: [length], role: 'bias', part: 'layer', offset: length, length },
    ] as const;
    const [parameters, gradients] = [engine.allocateFloats(2 * length), engine.allocateFloats(2 * length)];
    const options = { optimizer, clipping: { type: 'none' }, regularization: { l1: 0, l2: 0 }, seed: 1 } as const;
    const updater = createUpdater(engine, { entries, parameters, gradients }, options);
    for (let step = 1; step <= STEPS; step++) {
      // The bias has gradients a tenth as large.
      gradients.set([...GRADIENTS, ...GRADIENTS.map((gradient) => -gradient / 10)]);
      await updater.update(step, 0.01, 1);
    }
    return sharesBelowEpsilon(optimizer, updater.moments, STEPS);
  } finally {
    engine.close();
  }
}

const shareOf = (values: readonly number[], isBelow: (value: number) => boolean) =>
  values.filter(isBelow).length / values.length;
const expected = (isBelow: (gradient: number) => boolean) => [
  { name: 'w', share: shareOf(GRADIENTS, isBelow) },
  { name: 'b', share: shareOf(GRADIENTS, (gradient) => isBelow(gradient / 10)) },
];

describe('sharesBelowEpsilon', () => {
  it.each(['adam', 'adamw', 'nadam'])('with a constant gradient g is the share of |g| < epsilon: %s', async (type) => {
    // The corrected second moment of a constant gradient is its square.
    const values = { beta1: 0.9, beta2: 0.999, momentumDecay: 0.004, weightDecay: 0 };
    expect(await sharesOf({ type, ...values, epsilon: 0.1 })).toEqual(expected((g) => g < 0.1));
  });

  it('of RMSprop is that of a root which begins at zero', async () => {
    const found = await sharesOf({ type: 'rmsprop', decay: 0.95, weightDecay: 0, epsilon: 0.1 });
    const root = Math.sqrt(1 - 0.95 ** STEPS);
    expect(found).toEqual(expected((g) => root * g < 0.1));
    expect(found).not.toEqual(expected((g) => g < 0.1));
  });

  it('of AdaBelief compares the corrected deviation with the sum of the epsilons below the root', async () => {
    const [beta1, beta2, epsilon] = [0.9, 0.99, 1e-6];
    const deviationOf = (g: number) => {
      let [mean, square] = [0, 0];
      for (let step = 1; step <= STEPS; step++) {
        mean = beta1 * mean + (1 - beta1) * g;
        square = beta2 * square + (1 - beta2) * (g - mean) ** 2;
      }
      return Math.sqrt(square / (1 - beta2 ** STEPS));
    };
    const found = await sharesOf({ type: 'adabelief', beta1, beta2, epsilon, weightDecay: 0 });
    expect(found).toEqual(expected((g) => deviationOf(g) < Math.sqrt(epsilon / (1 - beta2)) + epsilon));
    expect(found![0]!.share).toBeGreaterThan(0);
  });

  it('of Muon has no part for matrices of layers, which keep no second moment', async () => {
    const values = { learningRate: 0.02, momentum: 0.95, nesterov: true, iterations: 5, adamLearningRate: 0.001 };
    const found = await sharesOf({ type: 'muon', ...values, beta1: 0.9, beta2: 0.95, epsilon: 0.1, weightDecay: 0 });
    expect(found).toEqual(expected((g) => g < 0.1).slice(1));
  });

  it.each(['sgd', 'momentum', 'lion'])('is not known for an optimizer that does not divide: %s', (type) => {
    expect(sharesBelowEpsilon({ type, momentum: 0.9, beta1: 0.9, beta2: 0.99 }, {}, 1)).toBeUndefined();
  });
});
