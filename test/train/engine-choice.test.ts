/** The decision for `engine: auto`; test/train/engine-auto.test.ts shows it in a run. */
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import { modelOptions } from '../../src/model/specification.js';
import { chooseEngine } from '../../src/train/engines.js';

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
