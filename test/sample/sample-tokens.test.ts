import { describe, expect, it } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createGenerator } from '../../src/sample/generate.js';
import { sampleTokens } from '../../src/sample/sample-tokens.js';
import { randomModel } from './trained-model.js';

describe('sampled tokens', () => {
  it('are those of the texts that the same seed writes, a stream for each', async () => {
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const model = randomModel(engine);
    const drawn = await sampleTokens({ engine, model, texts: 3, length: 40, seed: 5 });
    const generator = createGenerator({ engine, model });
    for (const [stream, ids] of drawn.entries()) {
      const pieces: string[] = [];
      const prompt = await generator.read('');
      for await (const piece of generator.generate(prompt, { maximumTokens: 40, seed: 5, stream })) pieces.push(piece);
      expect(model.tokenizer.decode(ids)).toBe(pieces.join(''));
    }
    expect(await sampleTokens({ engine, model, texts: 3, length: 40, seed: 5 })).toEqual(drawn);
    expect(await sampleTokens({ engine, model, texts: 3, length: 40, seed: 6 })).not.toEqual(drawn);
    engine.close();
  });
});
