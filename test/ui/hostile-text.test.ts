/** Whatever the strings of events and messages hold, nothing of it drives a terminal. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { EngineTrial, TrainingEvent } from '../../src/train/events.js';
import { createPalette } from '../../src/ui/colours.js';
import { createJsonLines } from '../../src/ui/json-lines.js';
import { createOutput } from '../../src/ui/output.js';
import { createPlainLog } from '../../src/ui/plain-log.js';
import { createProgressBar } from '../../src/ui/progress-bar.js';
import { summaryLines } from '../../src/ui/summary.js';

/** Clears the screen, sets the title, turns directions, ...; and a line that would look like one of the program's. */
const hostile = 'a\x1b[2J\x1b]0;t\x07b\x7f\x85\x9b31m\u202e\u2066\u2028\u2029\ufff9\ud800c\r\nFAKE\td\x00';
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what this is about
const drivesTerminal = /\r(?!\n)|[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff]/;

type Whole = { [Type in TrainingEvent['type']]: Required<Extract<TrainingEvent, { type: Type }>> };
const trial: Required<EngineTrial> = { engine: hostile, threads: 1, tokensPerSecond: 1, failure: hostile };
const { tokensPerSecond: _, ...failed } = trial;

/** Every event with every field that it can have: one that is added and not set here does not compile. */
const events: Whole = {
  engine: { type: 'engine', engine: hostile, threads: 1, tokensPerSecond: 1, failure: hostile, others: [trial, failed] },
  start: {
    type: 'start',
    runDirectory: hostile,
    step: 3,
    steps: 9,
    epochs: 3,
    stepsPerEpoch: 3,
    parameters: 1,
    frozenParameters: 1,
    vocabularySize: 2,
    trainTokens: 3,
    validationTokens: 4,
    engine: hostile,
    shards: 1,
    threads: 1,
    startedFrom: { path: hostile, sha256: hostile, kept: 1, added: 2, dropped: 3 },
  },
  step: {
    type: 'step',
    step: 4,
    steps: 9,
    epoch: 1,
    epochs: 3,
    loss: 1,
    meanLoss: 1,
    learningRate: 1,
    gradientNorm: 1,
    tokens: 1,
    objective: { [hostile]: 1 },
    directions: { [hostile]: 1 },
  },
  diagnostics: {
    type: 'diagnostics',
    step: 4,
    epoch: 1,
    clippedShare: 1,
    gradientNorms: { [hostile]: 1 },
    updateRatios: { [hostile]: 1 },
    belowEpsilon: { [hostile]: 1 },
    gradientSquare: 1,
    gradientVariance: 1,
    noiseScale: 1,
  },
  epoch: { type: 'epoch', step: 4, epoch: 1, loss: 1 },
  validation: {
    type: 'validation',
    step: 4,
    epoch: 1,
    loss: 1,
    perplexity: 2,
    tokens: 3,
    best: true,
    averaged: true,
    directions: { [hostile]: 1 },
  },
  averaging: { type: 'averaging', step: 4 },
  budget: { type: 'budget', seconds: 60, secondsPerStep: 0.1, steps: 9 },
  'learning-rate': { type: 'learning-rate', step: 4, learningRate: 1 },
  'high-loss': { type: 'high-loss', step: 4, loss: 9, lossOfChance: 2 },
  samples: {
    type: 'samples',
    step: 4,
    epoch: 1,
    samples: [
      { prompt: hostile, text: hostile },
      { prompt: hostile, failure: hostile },
    ],
  },
  checkpoint: { type: 'checkpoint', step: 4, path: hostile },
  end: {
    type: 'end',
    reason: 'interrupted',
    step: 4,
    tokens: 5,
    bestValidationLoss: 1,
    bestStep: 2,
    validationLoss: 1,
    testLoss: 3,
    validationFailure: hostile,
    testFailure: hostile,
    lossOfChance: 2,
    validationFloor: 1,
    baselines: { unigram: 1, kneserNey: 1, order: 2, trainingTokens: 3 },
    sequences: 'documents',
    bidirectional: true,
    model: hostile,
  },
};

/** An output over a stream that keeps what is sent, as a terminal of 80 columns or a file would get it. */
function recorder(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 80 });
  const output = createOutput(stream as unknown as NodeJS.WriteStream, { TERM: 'xterm' });
  return { output, sent: () => String(stream.read() ?? '') };
}

/** What is left when the program's own escape codes are taken away: colours, and the drawing of a line in place. */
function withoutOwnCodes(sent: string): string {
  const own = ['\x1b[32m', '\x1b[39m', '\x1b[31m', '\x1b[2m', '\x1b[22m', '\x1b[?7l\x1b[2K', '\x1b[J\r\x1b[?7h'];
  return own.reduce((text, code) => text.replaceAll(code, ''), sent);
}

function expectHarmless(sent: string): void {
  const text = withoutOwnCodes(sent);
  expect(text).not.toBe('');
  expect(text).not.toMatch(drivesTerminal);
}

describe('hostile strings in training', () => {
  it.each([
    ['plain log', false],
    ['progress bar', true],
  ])('are shown, each in its line, by the %s', (_name, isTTY) => {
    const { output, sent } = recorder(isTTY);
    const options = { output, palette: createPalette(true), now: () => 0 };
    const display = isTTY ? createProgressBar(options) : createPlainLog(options);
    for (const event of Object.values(events)) display.onEvent(event);
    const shown = sent();
    expectHarmless(shown);
    expect(shown).not.toMatch(/^FAKE/m);
    expect(shown).toContain(String.raw`a\u{1b}[2J\u{1b}]0;t\u{7}b\u{7f}`);
    display.notice(hostile);
    display.close();
    expectHarmless(sent());
  });

  it('are shown by the summary', () => {
    const { output, sent } = recorder(true);
    const { validationLoss: _v, testLoss: _t, ...failed } = events.end;
    for (const end of [events.end, failed, { ...failed, reason: 'completed' } as const])
      for (const line of summaryLines(end, hostile)) output.line(line);
    const shown = sent();
    expectHarmless(shown);
    expect(shown).not.toMatch(/^FAKE/m);
  });

  it('are escaped by JSON lines, and read back as they were', () => {
    const [lines, messages] = [recorder(true), recorder(true)];
    const display = createJsonLines({ output: lines.output, errors: messages.output });
    for (const event of Object.values(events)) {
      display.onEvent(event);
      const line = lines.sent();
      expectHarmless(line);
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(JSON.parse(line)).toEqual(event);
    }
    display.notice(hostile);
    expectHarmless(messages.sent());
  });
});
