import { describe, expect, it } from 'vitest';
import { summaryLines } from '../../src/ui/summary.js';
import { end } from './events.js';

describe('summaryLines', () => {
  it('reports the losses, their distance from the entropy, and the next command', () => {
    expect(summaryLines(end(), 'runs/small')).toEqual([
      'done after step 3,512 and 7,192,576 tokens',
      'best validation loss 1.1200, perplexity 3.06, after step 3,400',
      '  read as one stream 1.1000, perplexity 3.00',
      '  the entropy of this text is 1.0000 nats; the model is 10.0% above it',
      'test loss of this model 1.1300, perplexity 3.10',
      'now try: textloom sample runs/small -p "..."',
    ]);
  });

  it('names the command for a model of two directions', () => {
    expect(summaryLines(end({ bidirectional: true }), 'runs/fill').at(-1)).toBe(
      'now try: textloom fill runs/fill "... ___ ..."',
    );
  });

  it.each([
    [1.05, 3.1, 'the network does not beat the n-gram model: Kneser-Ney of order 6 has 1.0500, perplexity 2.86'],
    [1.1, 3.1, 'the network does not beat the n-gram model: Kneser-Ney of order 6 has 1.1000, perplexity 3.00'],
    [0.7, 1.09, 'the network does not beat the frequencies of single tokens: 1.0900, perplexity 2.97'],
    [1.11, 3.1, undefined],
  ])('says when the network does not beat n-gram models: %d, %d', (kneserNey, unigram, line) => {
    const baselines = { kneserNey, unigram, order: 6, trainingTokens: 1000 };
    const lines = summaryLines(end({ baselines }), 'runs/small');
    const others = summaryLines(end(), 'runs/small');
    expect(lines.filter((text) => !others.includes(text))).toEqual(line === undefined ? [] : [`  ${line}`]);
  });

  it('compares nothing with the loss of many streams when the run was stopped', () => {
    const { validationLoss: _, testLoss: __, ...stopped } = end({ reason: 'interrupted', lossOfChance: 4 });
    expect(summaryLines(stopped, 'runs/small').slice(1, -1)).toEqual([
      'best validation loss 1.1200, perplexity 3.06, after step 3,400',
      '  the entropy of this text is 1.0000 nats',
    ]);
  });

  it('says why a loss is not a number, and when it is worse than that of the uniform distribution', () => {
    const { validationLoss: _, testLoss: __, ...without } = end({ bestValidationLoss: 5, lossOfChance: 4 });
    const failed = {
      ...without,
      validationFailure: 'not a number from token 9 on',
      testFailure: 'not a number from token 7 on',
    };
    expect(summaryLines(failed, 'runs/small').slice(1, -1)).toEqual([
      'best validation loss 5.0000, perplexity 148.4, after step 3,400',
      '  read as one stream: not a number from token 9 on',
      '  the entropy of this text is 1.0000 nats',
      '  this is worse than a uniform guess: 4.0000, perplexity 54.60',
      'test loss of this model: not a number from token 7 on',
    ]);
  });

  it('omits what is not known', () => {
    expect(summaryLines({ type: 'end', reason: 'completed', step: 1, tokens: 1 }, 'runs/small')).toEqual([
      'done after step 1 and 1 token',
    ]);
  });

  it('ends with the command that resumes when the run was stopped', () => {
    expect(summaryLines(end({ reason: 'interrupted' }), "my runs/it's").at(-1)).toBe(
      "continue with: textloom train 'my runs/it'\\''s' --resume",
    );
  });
});
