import type { Engine } from '../../src/engine/engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { initialize } from '../../src/model/initialization.js';
import type { Batches } from '../../src/text/batches.js';
import { createSession, type SessionOptions } from '../../src/train/session.js';
import { equalLayers } from '../model/short-form.js';

/** The vocabulary of the small model. */
export const V = 9;

export const smallModel = equalLayers({
  vocabularySize: V,
  cell: { type: 'lstm' },
  layers: 2,
  embeddingSize: 6,
  hiddenSize: 7,
  dropout: 0,
  tieWeights: false,
});

/** A session of the small model, its parameters drawn from one seed. */
export function smallSession(engine: Engine, batches: Batches, batchSize: number, options: Partial<SessionOptions> = {}) {
  const created = createSession({
    engine,
    model: smallModel,
    batches,
    batchSize,
    seed: 3,
    optimizer: { type: 'sgd' },
    clipping: { type: 'none' },
    regularization: { l1: 0, l2: 0 },
    objective: { activation: 0.3 },
    ...options,
  });
  initialize(created.parameters.trained, created.table, { type: 'uniform', range: 0.5 }, createRandom(8));
  return created;
}
