import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadCorpus, openCorpus } from '../../src/text/corpus.js';
import { encodeToMemory } from '../../src/text/encode.js';
import { trainTokenizer } from '../../src/text/tokenizers/index.js';
import { skipReason } from '../outside-programs.js';

const data = join(dirname(fileURLToPath(import.meta.url)), '../../../shared/data');
const present = existsSync(join(data, 'ptb.train.txt'));

/** The published sizes hold only if splitting, `<eos>` and `<unk>` are as everybody has them. */
describe.skipIf(!present)(`benchmark corpora${skipReason(present, data)}`, () => {
  async function wordSizes(name: string) {
    const file = (split: string) => join(data, `${name}.${split}.txt`);
    const options = { train: file('train'), validation: file('valid'), test: file('test') };
    const corpus = await loadCorpus(options);
    const tokenizer = trainTokenizer({ type: 'word' }, corpus.train);
    const { train, validation, test } = await encodeToMemory(await openCorpus(options), tokenizer);
    const [first] = corpus.validation!.split('\n', 1);
    const decoded = tokenizer.decode(validation!.tokens.subarray(0, tokenizer.encode(first!).length));
    expect(decoded).toBe(first!.trim());
    return [train!.tokens.length, validation!.tokens.length, test!.tokens.length, tokenizer.vocabulary.size];
  }

  it('Penn Treebank has 929,589 / 73,760 / 82,430 words and a vocabulary of 10,000', async () => {
    expect(await wordSizes('ptb')).toEqual([929_589, 73_760, 82_430, 10_000]);
  });

  it('WikiText-2 has 2,088,628 / 217,646 / 245,569 words and a vocabulary of 33,278', async () => {
    expect(await wordSizes('wikitext2')).toEqual([2_088_628, 217_646, 245_569, 33_278]);
  });

  it('tinyshakespeare has 65 characters, all of them in its first 90%', async () => {
    const path = join(data, 'tinyshakespeare.txt');
    const options = { path, split: { train: 0.9, validation: 0.1 }, boundary: 'character' } as const;
    const corpus = await loadCorpus(options);
    const tokenizer = trainTokenizer({ type: 'character' }, corpus.train);
    const { train, validation } = await encodeToMemory(await openCorpus(options), tokenizer);
    expect([train!.tokens.length, validation!.tokens.length, tokenizer.vocabulary.size]).toEqual([1_003_854, 111_540, 65]);
  });

  it('the Tang poems are reproduced exactly', async () => {
    const { train } = await loadCorpus({ train: join(data, 'zh.tang_poetry.txt') });
    const tokenizer = trainTokenizer({ type: 'character' }, train);
    expect(tokenizer.decode(tokenizer.encode(train)) === train).toBe(true);
  });
});
