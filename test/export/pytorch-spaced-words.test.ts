import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { spacedWordCode } from '../../src/export/pytorch-spaced-words.js';
import { trainTokenizer } from '../../src/text/tokenizers/index.js';
import type { WordOptions } from '../../src/text/tokenizers/word-spacing.js';
import { hasProgram, skipReason } from '../outside-programs.js';
import { mixedTexts } from '../text/tokenizers/mixed-texts.js';

const withoutPython = skipReason(hasProgram('python3', '-c', ''), 'python3');
const settings: WordOptions[] = [
  { punctuation: 'separate' },
  { spaces: 'exact' },
  { punctuation: 'separate', spaces: 'exact' },
  { case: 'lower' },
  { case: 'lower', punctuation: 'separate', spaces: 'exact' },
];
const texts = [
  ...mixedTexts,
  "The “cat” (don't!) sat at 3.14, 用Linux系统。 床 前\n\n ￭ a￭b می‌روم 5️⃣ ΟΔΟΣ",
  // What the vocabulary does not know.
  'zebra, Zebra! 龍',
];

describe('a word tokenizer in Python', () => {
  it.skipIf(withoutPython).each(settings)(`with %j gives the same ids and texts${withoutPython}`, (options) => {
    const tokenizer = trainTokenizer({ type: 'word', ...options }, texts.slice(0, -1).join('\n'));
    const state = tokenizer.toJSON();
    if (state.type !== 'word') throw new Error('a word tokenizer is expected');
    const vocabulary = `TOKENS = GIVEN["tokens"]\nIDS = {token: i for i, token in enumerate(TOKENS)}`;
    const program = `import json, re, sys
sys.stdin.reconfigure(encoding="utf-8")
GIVEN = json.load(sys.stdin)
${spacedWordCode(state, vocabulary, '')}


print(json.dumps([[encode(text), decode(encode(text))] for text in GIVEN["texts"]]))`;
    const input = JSON.stringify({ tokens: tokenizer.vocabulary.tokens, texts });
    const { stdout, stderr } = spawnSync('python3', ['-c', program], { input, encoding: 'utf8' });
    expect(stderr).toBe('');
    const expected = texts.map((text) => {
      const ids = tokenizer.encode(text);
      return [[...ids], tokenizer.decode(ids)];
    });
    expect(JSON.parse(stdout)).toEqual(expected);
  });
});
