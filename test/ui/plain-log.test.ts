import { describe, expect, it } from 'vitest';
import { createPlainLog } from '../../src/ui/plain-log.js';
import { codesOf, type TerminalText } from '../../src/ui/terminal-text.js';
import { start, step, validation } from './events.js';

function log(interval?: number) {
  let time = 0;
  let text = '';
  const output = { line: (line: string | TerminalText) => (text += `${codesOf(line)}\n`) };
  const display = createPlainLog({ output, now: () => time, ...(interval !== undefined && { interval }) });
  return { display, wait: (seconds: number) => (time += seconds), lines: () => text.split('\n').slice(0, -1) };
}

describe('createPlainLog', () => {
  it('says what is trained when it starts', () => {
    const { display, lines } = log();
    display.onEvent(start());
    expect(lines()).toEqual([
      '148,353 parameters, a vocabulary of 65, 900,000 training tokens, 50,000 validation tokens',
      '3,512 steps in 8 epochs; typed-array engine, 2 shards on up to 2 threads; runs/small',
    ]);
  });

  it('says from which step a run continues', () => {
    const { display, lines } = log();
    display.onEvent(start({ step: 1200 }));
    expect(lines()).toContain('resumed after step 1,200');
  });

  it('says in one line which engine was chosen, its speed and those of the others', () => {
    const { display, lines } = log();
    display.onEvent({
      type: 'engine',
      engine: 'onnxruntime (cpu)',
      threads: 2,
      tokensPerSecond: 27_345.6,
      others: [
        { engine: 'typed-array', threads: 2, tokensPerSecond: 16_049 },
        { engine: 'onnxruntime (webgpu)', failure: 'no device' },
      ],
    });
    expect(lines()).toEqual([
      'engine: onnxruntime (cpu), 2 threads: 27,000 tokens/s; typed-array 16,000; onnxruntime (webgpu): no device',
    ]);
  });

  it('writes one line every five seconds, and the last step', () => {
    const { display, wait, lines } = log();
    for (let i = 1; i <= 120; i++) {
      wait(0.125);
      display.onEvent(step({ step: i, steps: 120, tokens: i * 100 }));
    }
    expect(lines().map((line) => line.split('  ')[0])).toEqual(['step 1/120', 'step 41/120', 'step 81/120', 'step 120/120']);
    expect(lines()[1]).toBe('step 41/120  epoch 3/8  loss 1.2346  perplexity 3.44  800 tokens/s  10s left');
  });

  it('writes every validation and every change of the learning rate, without escape codes', () => {
    const { display, lines } = log();
    display.onEvent(validation());
    display.onEvent(validation({ loss: 2, perplexity: Math.exp(2), best: false }));
    display.onEvent({ type: 'learning-rate', step: 1317, learningRate: 0.1 * 0.5 * 3 });
    expect(lines()).toEqual([
      'epoch 3, step 1,317: validation loss 1.5000, perplexity 4.48  best so far',
      'epoch 3, step 1,317: validation loss 2.0000, perplexity 7.39',
      'step 1,317: learning rate 0.15',
    ]);
  });

  it('is silent about events once it is closed', () => {
    const { display, lines } = log();
    display.close();
    display.onEvent(step());
    expect(lines()).toEqual([]);
  });
});
