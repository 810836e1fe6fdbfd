import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { trainTokenizer } from '../../src/text/tokenizers/index.js';
import { skipReason } from '../outside-programs.js';

const file = join(import.meta.dirname, '../../../shared/data/wikitext2.train.txt');

const reason = skipReason(existsSync(file), file);

test.skipIf(reason)(`8,000 byte pairs of WikiText-2 are learned, and reproduce the text${reason}`, () => {
  const text = readFileSync(file, 'utf8');
  const { vocabulary, encode, decode } = trainTokenizer({ type: 'bpe', vocabularySize: 8256 }, text);
  expect(vocabulary.size).toBe(8256);
  expect(decode(encode(text)) === text).toBe(true);
});
