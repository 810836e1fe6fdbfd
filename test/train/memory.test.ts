import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { initialize } from '../../src/model/initialization.js';
import { parameterTable } from '../../src/model/parameter-table.js';
import { createRandom } from '../../src/random.js';
import { createBatches } from '../../src/text/batches.js';
import { createTrainingProgram } from '../../src/train/training-program.js';
import { createUpdater } from '../../src/train/update-program.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('a thousand training steps take no memory: neither in the engine nor on the heap', async () => {
  const engine = createTypedArrayEngine({ shards: 2, threads: 2 });
  const model = {
    vocabularySize: 20,
    cell: { type: 'lstm' as const },
    layers: 2,
    embeddingSize: 8,
    hiddenSize: 16,
    dropout: 0.1,
    tieWeights: false,
  };
  const table = parameterTable(model);
  const parameters = engine.allocateFloats(table.arenaLength);
  const random = createRandom(1);
  initialize(parameters, table, model, { type: 'pytorch' }, random);
  const tokens = Int32Array.from({ length: 500 }, () => random.integer(20));
  const batches = createBatches({ tokens, batchSize: 4, sequenceLength: 8, shards: 2 });
  const program = createTrainingProgram({
    engine,
    model,
    table,
    parameters,
    batches,
    batchSize: 4,
    seed: 1,
  });
  const updater = createUpdater(engine, parameters, program.gradients, {
    optimizer: { type: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    clipping: { type: 'norm', threshold: 1 },
    regularization: { l1: 0, l2: 0 },
  });
  const train = async (steps: number) => {
    for (let step = 1; step <= steps; step++) {
      program.parametersChanged();
      await program.run(step % batches.windows, step);
      await updater.update(step, 1e-3, await updater.gradientNorm());
    }
  };

  // Long enough for the JavaScript engine to have compiled what it will, also on a busy machine.
  await train(1000);
  collectGarbage();
  const [heap, arena] = [process.memoryUsage().heapUsed, engine.memoryInUse()];
  await train(1000);
  collectGarbage();
  expect(engine.memoryInUse()).toBe(arena);
  // What grows a little is the JavaScript engine's own bookkeeping; an array of the model's size a step would be 10 MB and more.
  expect(process.memoryUsage().heapUsed - heap).toBeLessThan(200_000);
  engine.close();
});
