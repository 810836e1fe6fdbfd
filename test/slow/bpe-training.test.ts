import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { trainTokenizer } from '../../src/text/tokenizers/train-tokenizer.js';

const file = join(import.meta.dirname, '../../../shared/data/wikitext2.train.txt');

test.skipIf(!existsSync(file))('8,000 byte pairs of WikiText-2 are found in under 60 seconds', () => {
  const text = readFileSync(file, 'utf8');
  const start = performance.now();
  const { vocabulary, encode, decode } = trainTokenizer({ type: 'bpe', vocabularySize: 8256 }, text);
  expect(performance.now() - start).toBeLessThan(60_000);
  expect(vocabulary.size).toBe(8256);
  expect(decode(encode(text)) === text).toBe(true);
});
