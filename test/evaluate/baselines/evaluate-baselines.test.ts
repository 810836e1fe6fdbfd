import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateBaselines, ngramPerplexity, usualOrder } from '../../../src/evaluate/baselines/evaluate-baselines.js';
import { trainKneserNey } from '../../../src/evaluate/baselines/kneser-ney.js';
import { memoryTokenSource } from '../../../src/text/batches.js';
import { trainTokenizer } from '../../../src/text/tokenizers/index.js';
import { skipReason } from '../../outside-programs.js';

const train = Int32Array.from({ length: 3000 }, (_, t) => [0, 1, 2, 3, 1, 4][t % 6]!);
const tokens = Int32Array.from({ length: 301 }, (_, t) => [0, 1, 2, 3, 1, 4][(t + 2) % 6]!);

describe('baselines', () => {
  it('measure frequencies alone, and contexts of the order', () => {
    const { unigram, kneserNey, order, trainingTokens } = evaluateBaselines({ train, tokens, vocabularySize: 5, order: 3 });
    // A third of the tokens is 1, a sixth each of the other four: by frequency alone there are 4.76 choices.
    const entropy = Math.log(3) / 3 + (2 / 3) * Math.log(6);
    expect(unigram.natsPerToken).toBeCloseTo(entropy, 2);
    expect(unigram.tokens).toBe(300);
    expect(kneserNey.natsPerToken).toBeLessThan(0.01);
    expect({ order, trainingTokens }).toEqual({ order: 3, trainingTokens: 3000 });
  });

  it('count no more tokens than requested', () => {
    const options = { tokens, vocabularySize: 5, order: 2 };
    const part = evaluateBaselines({ ...options, train: train.subarray(0, 9) });
    expect(evaluateBaselines({ ...options, train, maximumTrainingTokens: 9 })).toEqual(part);
    expect(evaluateBaselines({ ...options, train: memoryTokenSource(train), maximumTrainingTokens: 9 })).toEqual(part);
    expect(part.trainingTokens).toBe(9);
  });

  it('count all tokens of a source by default', () => {
    const options = { tokens, vocabularySize: 5, order: 2 };
    const all = evaluateBaselines({ ...options, train });
    expect(all.trainingTokens).toBe(3000);
    expect(evaluateBaselines({ ...options, train: memoryTokenSource(train) })).toEqual(all);
    expect(evaluateBaselines({ ...options, train, maximumTrainingTokens: 3000 })).toEqual(all);
  });

  it('have longer contexts for characters than for words', () => {
    expect((['byte', 'character', 'word', 'bpe'] as const).map(usualOrder)).toEqual([6, 6, 5, 5]);
  });

  it('refuse a text with nothing to predict', () => {
    expect(() => evaluateBaselines({ train, tokens: tokens.subarray(0, 1), vocabularySize: 5, order: 2 })).toThrow(
      'with less than 2',
    );
  });
});

const data = join(import.meta.dirname, '../../../../shared/data');
const present = existsSync(join(data, 'ptb.train.txt'));

describe.skipIf(!present)(`Kneser-Ney on the Penn Treebank${skipReason(present, data)}`, () => {
  it('reaches the published test perplexity of 141.2 (Mikolov et al. 2011), with contexts that end at lines and that do not', () => {
    const read = (split: string) => readFileSync(join(data, `ptb.${split}.txt`), 'utf8');
    const tokenizer = trainTokenizer({ type: 'word' }, read('train'));
    const [train, test] = [tokenizer.encode(read('train')), tokenizer.encode(read('test'))];
    const options = { order: 5, vocabularySize: tokenizer.vocabulary.size };
    const lines = ngramPerplexity(trainKneserNey(train, { ...options, boundary: tokenizer.lineEndId }), test);
    expect(lines.perplexity).toBeCloseTo(141.18, 2);
    const running = ngramPerplexity(trainKneserNey(train, options), test);
    expect(running.perplexity).toBeCloseTo(141.06, 2);
  });
});
