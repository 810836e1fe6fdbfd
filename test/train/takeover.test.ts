/** What a run takes over from the model that it starts from; test/train/starting-model.test.ts shows it in runs. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import { parameterTable } from '../../src/model/parameter-table.js';
import { type ModelOptions, modelOptions } from '../../src/model/specification.js';
import { tokenizerFromJSON, trainTokenizer } from '../../src/text/tokenizers/index.js';
import type { Tokenizer } from '../../src/text/tokenizers/tokenizer.js';
import { openStartingModel, startingTokenizer, takeover } from '../../src/train/starting-model.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { userErrorOf } from '../foundation/thrown.js';
import { characters, words, writeRandomModel } from '../sample/trained-model.js';

type Description = Parameters<typeof writeRandomModel>[1];
type Vocabulary = 'keep' | 'extend' | 'replace';

async function startOf(description: Description = {}, vocabulary: Vocabulary = 'replace') {
  const path = writeRandomModel(temporaryFolder(), description);
  return { path, start: await openStartingModel({ path, vocabulary }) };
}

describe('the weights of a model', () => {
  it('are all there for the same model and vocabulary', async () => {
    const { path, start } = await startOf({}, 'keep');
    const { point, notices, fill } = takeover(start, start.options, start.rawTokenizer);
    expect(point).toEqual({ path, sha256: start.from.sha256, kept: characters.tokens.length, added: 0, dropped: 0 });
    expect(notices).toEqual([]);
    const table = parameterTable(start.options);
    const arena = new Float32Array(table.arenaLength);
    fill(arena, table);
    for (const { name, offset, length } of table.entries)
      expect(arena.subarray(offset, offset + length), name).toEqual(start.parameters.get(name));
  });

  it('are refused for a model that has a tensor more or of another size, with all keys that differ', async () => {
    const { path, start } = await startOf();
    const refused = (options: ModelOptions) => {
      const { kind, message } = userErrorOf(() => takeover(start, options, start.rawTokenizer));
      expect(kind).toBe('usage');
      return message;
    };
    const [first] = start.options.layers;
    const layers = [...start.options.layers, first!];
    expect(refused({ ...start.options, layers })).toMatch(
      /^the weights of .* do not fit: it has no rnn\.weight_ih_l2\. .*Leave the section/,
    );
    const { options } = start;
    const larger = { ...options, embedding: { ...options.embedding, size: 5 }, head: { ...options.head, tieWeights: true } };
    const message = refused(larger);
    expect(message).toContain(`the weights of ${path} do not fit: its encoder.weight is 22 x 12, and 22 x 5 is needed. `);
    expect(message).toMatch(/model\.embedding\.size is 5, the model has 12; model\.head\./);
    expect(message).toMatch(/\. Leave the section model out to take over that of the model$/);
  });

  it('are compared token by token where both vocabularies are of one type, or both of bytes', async () => {
    const counts = async (from: object, to: Tokenizer) => {
      const { start } = await startOf({ tokenizer: from });
      const { kept, added, dropped } = takeover(start, { ...start.options, vocabularySize: to.vocabulary.size }, to).point;
      return { kept, added, dropped };
    };
    const letters = (...tokens: string[]) => tokenizerFromJSON({ type: 'character', tokens });
    expect(await counts(characters, letters('e', 'z', 't'))).toEqual({ kept: 2, added: 1, dropped: 20 });
    const pairs = trainTokenizer({ type: 'bpe', vocabularySize: 260 }, 'the fox and the crow, the fox and the crow');
    expect(await counts(trainTokenizer({ type: 'byte' }, '').toJSON(), pairs)).toEqual({ kept: 256, added: 4, dropped: 0 });
    // The word `a` and the character `a` are different tokens.
    expect(await counts(words, letters('a', 'b'))).toEqual({ kept: 0, added: 2, dropped: words.tokens.length });
  });

  it('are refused for another vocabulary where the head is bound to its own, with the tensors', async () => {
    const { start } = await startOf({
      model: {
        cell: { type: 'lstm' },
        layers: 1,
        hiddenSize: 12,
        embeddingSize: 12,
        head: { type: 'adaptive-softmax', cutoffs: [5, 12], divisor: 2 },
      },
    });
    expect(takeover(start, start.options, start.rawTokenizer).point.added).toBe(0);
    const other = tokenizerFromJSON({ type: 'character', tokens: [...characters.tokens.slice(1), 'z'] });
    const { kind, message } = userErrorOf(() => takeover(start, start.options, other));
    expect(kind).toBe('usage');
    expect(message).toMatch(
      /^training\.from\.vocabulary is "replace" and model\.head\.type is "adaptive-softmax": decoder\.tail\.1\.1\.weight cannot/,
    );
    expect(message).toMatch(/cannot be taken over for another vocabulary; set training\.from\.vocabulary to keep$/);
  });

  it('fit although a key differs, which a notice says', async () => {
    const { path, start } = await startOf({ cell: { type: 'rnn', nonlinearity: 'tanh' } });
    const cell = { type: 'rnn', nonlinearity: 'relu' };
    const { vocabularySize } = start.options;
    const options = modelOptions({ cell, layers: 2, hiddenSize: 12, embeddingSize: 12, dropout: 0.25 }, vocabularySize);
    expect(takeover(start, options, start.rawTokenizer).notices).toEqual([
      expect.stringMatching(
        `^the weights of ${path} fit, but model\\.layers\\.0\\.nonlinearity is "relu", the model has "tanh"; model\\.layers\\.1`,
      ),
    ]);
  });
});

describe('the tokenizer of a run that starts from a model', () => {
  const tokenizerOf = async (vocabulary: Vocabulary, tokenizer: object) => {
    const { start } = await startOf({}, vocabulary);
    const config = resolveConfig({ corpus: { path: 'a.txt' }, tokenizer: { type: 'character', ...tokenizer } });
    return { start, result: () => startingTokenizer(start, config, () => {}) };
  };

  it('is that of the model where it is kept, and is made of the text where it is replaced', async () => {
    const kept = await tokenizerOf('keep', {});
    expect(kept.result()).toBe(kept.start.rawTokenizer);
    expect((await tokenizerOf('replace', { minimumCount: 3 })).result()).toBeUndefined();
    expect((await tokenizerOf('replace', { type: 'word' })).result()).toBeUndefined();
  });

  it('must be the one that the config states, except for limits on the tokens that extend it', async () => {
    expect(typeof (await tokenizerOf('extend', { minimumCount: 3, maximumSize: 50 })).result()).toBe('function');
    for (const vocabulary of ['keep', 'extend'] as const) {
      const { start, result } = await tokenizerOf(vocabulary, { type: 'word' });
      const { kind, message } = userErrorOf(result);
      expect(kind).toBe('usage');
      expect(message).toContain(
        `tokenizer.type is "word" and training.from.vocabulary is "${vocabulary}": the model in ${start.path}`,
      );
      expect(message).toMatch(
        / has "character"\. Leave the section tokenizer out .* or set training\.from\.vocabulary to replace$/,
      );
    }
    const limited = await tokenizerOf('keep', { maximumSize: 50 });
    expect(userErrorOf(limited.result).message).toMatch(/^tokenizer\.maximumSize is 50 .* has (not set|\d+)\./);
  });
});

it('a model is refused when its digest is not the one in the config', async () => {
  const { path, start } = await startOf();
  const { sha256 } = start.from;
  expect((await openStartingModel({ path, vocabulary: 'keep', sha256 })).from.sha256).toBe(sha256);
  const other = 'a'.repeat(64);
  await expect(openStartingModel({ path, vocabulary: 'keep', sha256: other })).rejects.toMatchObject({
    kind: 'usage',
    message: `training.from.sha256 is ${other}, and ${path} has ${sha256}: it is a different model. Restore the original file, or leave sha256 out`,
  });
  await expect(openStartingModel({ path: join(path, 'x'), vocabulary: 'keep' })).rejects.toMatchObject({ kind: 'model' });
});
