import { describe, expect, it } from 'vitest';
import { shellWord, summaryLines } from '../../src/ui/summary.js';
import { end } from './events.js';

describe('summaryLines', () => {
  it('tells the losses, how far above the floor, and what comes next', () => {
    expect(summaryLines(end(), 'runs/small')).toEqual([
      'done after step 3,512 and 7,192,576 tokens',
      'best validation loss 1.1000, perplexity 3.00, after step 3,400',
      'its test loss 1.1200, perplexity 3.06',
      "the validation text's own entropy is 1.0000 nats; the model is 10.0% above it",
      'now try: textloom sample runs/small -p "..."',
    ]);
  });

  it.each([
    [1.05, 3.1, 'the network does not beat counting: Kneser-Ney of order 6 has 1.0500, perplexity 2.86'],
    [1.1, 3.1, 'the network does not beat counting: Kneser-Ney of order 6 has 1.1000, perplexity 3.00'],
    [0.7, 1.09, 'the network does not beat the frequencies of single tokens: 1.0900, perplexity 2.97'],
    [1.11, 3.1, undefined],
  ])('says when the network does not beat counting: %d, %d', (kneserNey, unigram, line) => {
    const baselines = { kneserNey, unigram, order: 6, trainingTokens: 1000 };
    const lines = summaryLines(end({ baselines }), 'runs/small');
    const others = summaryLines(end(), 'runs/small');
    expect(lines.filter((text) => !others.includes(text))).toEqual(line === undefined ? [] : [line]);
  });

  it('says nothing of what is not known', () => {
    expect(summaryLines({ type: 'end', reason: 'completed', step: 1, tokens: 1 }, 'runs/small')).toEqual([
      'done after step 1 and 1 token',
    ]);
  });

  it('ends with the command that resumes when the run was stopped', () => {
    expect(summaryLines(end({ reason: 'interrupted' }), "my runs/it's").at(-1)).toBe(
      "go on with: textloom train 'my runs/it'\\''s' --resume",
    );
  });
});

describe('shellWord', () => {
  it('leaves plain paths alone', () => expect(shellWord('runs/a-b_c.1')).toBe('runs/a-b_c.1'));
  it('quotes what a shell would take apart or run', () => expect(shellWord('$(x) y')).toBe("'$(x) y'"));
});
