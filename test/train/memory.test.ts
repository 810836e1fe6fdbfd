import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { initialize } from '../../src/model/initialization.js';
import { createBatches } from '../../src/text/batches.js';
import { createSession } from '../../src/train/session.js';
import { equalLayers } from '../model/short-form.js';

/** What happened while some steps ran: bytes allocated on the heap, growth of the memory of array buffers, garbage collections. */
interface Usage {
  heap: number;
  arrayBuffers: number;
  collections: number;
}

async function usageOf(work: () => Promise<void>): Promise<Usage> {
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  });
  observer.observe({ entryTypes: ['gc'] });
  const before = process.memoryUsage();
  await work();
  const after = process.memoryUsage();
  // Observers hear of a collection in a later turn.
  await setTimeout(20);
  observer.disconnect();
  return { heap: after.heapUsed - before.heapUsed, arrayBuffers: after.arrayBuffers - before.arrayBuffers, collections };
}

test('a training step takes no memory in the engine and no array buffers, and next to nothing on the heap', async () => {
  const engine = createTypedArrayEngine({ shards: 2, threads: 2 });
  const model = equalLayers({
    vocabularySize: 20,
    cell: { type: 'lstm' },
    layers: 2,
    embeddingSize: 8,
    hiddenSize: 64,
    dropout: 0.1,
    tieWeights: false,
  });
  const random = createRandom(1);
  const tokens = Int32Array.from({ length: 500 }, () => random.integer(20));
  const batches = createBatches({ tokens, batchSize: 4, sequenceLength: 8, shards: 2 });
  const session = createSession({
    engine,
    model,
    batches,
    batchSize: 4,
    seed: 1,
    optimizer: { type: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    clipping: { type: 'norm', threshold: 1 },
    regularization: { l1: 0, l2: 0 },
  });
  initialize(session.parameters.trained, session.table, { type: 'pytorch' }, random);
  const STEPS = 100;
  let step = 0;
  const train = async () => {
    for (let i = 0; i < STEPS; i++) {
      step++;
      const { norm } = await session.differentiate(step % batches.windows, step);
      await session.update(step, 1e-3, norm);
    }
  };

  // Until the JavaScript engine has compiled what it will.
  for (let i = 0; i < 8; i++) await train();
  const memory = engine.memoryInUse();
  // Nothing is collected on purpose, and what was collected on the way would hide what was allocated: such a time does not count.
  const usages: Usage[] = [];
  for (let i = 0; i < 30 && usages.length < 3; i++) {
    const usage = await usageOf(train);
    if (usage.collections === 0) usages.push(usage);
  }
  expect(usages).toHaveLength(3);
  expect(engine.memoryInUse()).toBe(memory);
  // Other work of the process, such as compiling on a busy machine, can only add to what the steps allocate.
  const least = (of: (usage: Usage) => number) => Math.min(...usages.map(of));
  expect(least(({ arrayBuffers }) => arrayBuffers)).toBe(0);
  // Promises and results, of about 6.5 kB. Vectors of numbers are array buffers, of which there are none; one parameter has 64 kB and more.
  expect(least(({ heap }) => heap) / STEPS).toBeLessThan(8192);
  engine.close();
});
