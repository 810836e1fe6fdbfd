import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateBaselines } from '../../src/evaluate/baselines/evaluate-baselines.js';
import { trainTokenizer } from '../../src/text/tokenizers/index.js';
import { textloom } from './textloom.js';
import { createWorkplace } from './workplace.js';

const { folder, write, remove } = createWorkplace();
beforeAll(() => textloom(['train', 'small.yaml', '--quiet', '--output', 'model'], folder));
afterAll(remove);
const held = 'The crow saw the fox.\n\nThe fox saw the fox.\n'.repeat(8);
write('held.txt', held);

async function report(...flags: string[]) {
  const { code, stdout, stderr } = await textloom(['evaluate', 'model', 'held.txt', '--json', ...flags], folder);
  expect(code).toBe(0);
  // Some sections compare with the training text.
  expect(stderr).toMatch(/^(reading the train split of the corpus that model\/model\.safetensors names: corpus\.txt\n)*$/);
  return JSON.parse(stdout);
}

async function text(...flags: string[]): Promise<string> {
  const { code, stdout } = await textloom(['evaluate', 'model', 'held.txt', ...flags], folder);
  expect(code).toBe(0);
  return stdout;
}

describe('textloom evaluate', () => {
  it('--baselines compares with counting models on the same tokens, and says when these are better', async () => {
    const shown = await text('--baselines', '--order', '3');
    expect(shown).toMatch(/this model +\d+\.\d+\nunigram +\d+\.\d+\nKneser-Ney of order 3 +1\.\d+\n/);
    expect(shown).toContain('The network does not beat');
    expect(shown).toContain('Kneser-Ney of order 3.\n');
    const { baselines, tokens } = await report('--baselines');
    expect(baselines).toMatchObject({ order: 6, networkBeatsAll: false, unigram: { tokens }, kneserNey: { tokens } });
  });

  it('--baselines counts only the training split of the model', async () => {
    const corpus = 'The fox saw the crow.\nThe crow saw the fox.\n\n'.repeat(60);
    const { baselines } = await report('--baselines', '--order', '4');
    const train = corpus.slice(0, baselines.trainingTokens);
    const tokenizer = trainTokenizer({ type: 'character' }, train);
    const [known, tokens] = [tokenizer.encode(train), tokenizer.encode(held)];
    const expected = evaluateBaselines({ train: known, tokens, vocabularySize: tokenizer.vocabulary.size, order: 4 });
    expect(baselines).toMatchObject(expected);
    expect(train.length).toBeLessThan(corpus.length);
  });

  it('--dynamic reports the gain of adaptation, which is zero at the rate 0', async () => {
    const { dynamic, natsPerToken } = await report('--dynamic', 'sgd', '--dynamic-rate', '0.5');
    expect(dynamic).toMatchObject({ rule: 'sgd', learningRate: 0.5, decay: 0.002, windowLength: 20 });
    expect(dynamic.gainInNatsPerToken).toBeGreaterThan(0.1);
    expect(dynamic.gainInNatsPerToken).toBe(natsPerToken - dynamic.natsPerToken);
    const still = await report('--dynamic', 'rms', '--dynamic-rate', '0', '--dynamic-window', '32');
    expect(still.dynamic).toMatchObject({ rule: 'rms', nats: still.nats, gainInNatsPerToken: 0 });
    expect(await text('--dynamic', 'rms')).toMatch(
      /dynamic evaluation by rms: rate 0\.002, decay 0\.02, every 20 tokens\nnats per token +\d/,
    );
  });

  it('--cache reports the gain of the cache, which is zero without a share', async () => {
    const { cache } = await report('--cache', '100', '--cache-theta', '30', '--cache-lambda', '0.4');
    expect(cache).toMatchObject({ size: 100, theta: 30, lambda: 0.4 });
    expect(cache.gainInNatsPerToken).toBeGreaterThan(0.1);
    const none = await report('--cache', '100', '--cache-lambda', '0');
    expect(none.cache).toMatchObject({ nats: none.nats, gainInNatsPerToken: 0 });
    expect(await text('--cache', '100')).toContain('neural cache of 100 states: theta 0.3, lambda 0.1\n');
  });

  it('--memorization compares samples and held-out passages with the training text, by the seed', async () => {
    const flags = ['--memorization', '--memorization-texts', '3', '--memorization-length', '60'];
    const { memorization } = await report(...flags);
    expect(memorization).toMatchObject({ texts: 3, length: 60, seed: 1, sampledTokens: 180, heldOutTokens: 180 });
    expect(memorization.shares.map(({ n }: { n: number }) => n)).toEqual([5, 10, 15, 20, 30, 40, 50]);
    // The held-out lines are made of the training lines.
    expect(memorization.shares[1].heldOut).toBeGreaterThan(0.7);
    expect(memorization.longest.heldOut.text).toContain('The crow saw the fox.');
    expect((await report(...flags)).memorization).toEqual(memorization);
    expect((await report(...flags, '--seed', '2')).memorization).not.toEqual(memorization);
    expect(await text(...flags)).toMatch(/ +n +sampled +held out\n +5 +\d+\.\d% +\d+\.\d%\n/);
  });

  it('--context shows the loss with 0, 1, 2, 4, ... tokens of history', async () => {
    const { context } = await report('--context', '--context-longest', '20', '--context-positions', '50');
    expect(context.losses.map(({ history }: { history: number }) => history)).toEqual([0, 1, 2, 4, 8, 16]);
    expect(context.positions).toBe(50);
    const shown = await text('--context', '--context-longest', '4');
    expect(shown).toMatch(
      /loss by length of history, on \d+ tokens\n history +nats per token +above the lowest\n +0 +\d\.\d{4} +#+\n/,
    );
    expect(shown).toMatch(/\n(Flat from \d+ tokens? on: .*|More history still helps at 4 tokens\.)\n$/);
  });

  it('shows everything in one report, in plain characters and at most 80 columns', async () => {
    const shown = await text('--baselines', '--dynamic', 'sgd', '--cache', '50', '--memorization', '--context');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
    expect(shown).not.toMatch(/[\0-\x09\x0b-\x1f\x7f]/);
    // The passage that was copied is as long as it is.
    const lines = shown.split('\n').filter((line) => !/^ {2}\S/.test(line));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });
});
