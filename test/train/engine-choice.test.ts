/** The decision for `engine: auto`; test/train/engine-auto.test.ts shows it in a run. */
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import { modelOptions } from '../../src/model/specification.js';
import { chooseEngine, openEngine, type Threads } from '../../src/train/engines.js';

it('an engine has the threads that it is given, or as many as there are cores, at most one for each shard', async () => {
  const threadsOf = async (shards: number, threads: Threads) => {
    const engine = await openEngine({ type: 'typed-array', shards, threads: 1 }, threads, () => 0);
    engine.close();
    return engine.threads;
  };
  expect(await threadsOf(4, 1)).toBe(1);
  expect(await threadsOf(2, 2)).toBe(2);
  expect(await threadsOf(2, 'auto')).toBe(Math.min(2, availableParallelism()));
  expect(await threadsOf(1, 'auto')).toBe(1);
});

describe('the choice of an engine', () => {
  it('ends with the error of the typed-array engine where even that cannot train the model', async () => {
    await expect(chosen(9000, () => 0)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('the typed-array engine compiles at most 8192'),
    });
  });

  const chosen = async (sequenceLength: number, now: () => number) => {
    const config = resolveConfig({
      corpus: { path: 'a.txt' },
      model: { cell: { type: 'rnn', nonlinearity: 'tanh' }, layers: 2, hiddenSize: 2, embeddingSize: 2 },
      training: { steps: 1, batchSize: 2, sequenceLength },
      engine: { type: 'auto', shards: 2, threads: 1 },
    });
    const { engine } = config;
    if (engine.type !== 'auto') throw new Error('it is decided');
    return chooseEngine({ config: { ...config, engine }, model: modelOptions(config.model, 5), threads: 1, now });
  };

  it('says of an engine that cannot compile the window why, and chooses another', async () => {
    let seconds = 0;
    const { engine, event } = await chosen(700, () => seconds++);
    expect(engine).toEqual({ type: 'typed-array', shards: 2, threads: 1 });
    expect(event).toEqual({
      type: 'engine',
      engine: 'typed-array',
      threads: 1,
      // A step takes a second on this clock.
      tokensPerSecond: 2 * 700,
      others: [
        { engine: 'onnxruntime (cpu)', failure: expect.stringMatching(/^training\.sequenceLength 700 .* compiles at most/) },
        { engine: 'onnxruntime (webgpu)', failure: 'the window is too long' },
      ],
    });
  });
});
