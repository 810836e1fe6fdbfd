import { describe, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/onnxruntime-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { scoreStreams } from '../../src/evaluate/score-streams.js';
import { createRandom } from '../../src/foundation/random.js';
import { entryView } from '../../src/model/parameter-table.js';
import type { OpenedModel } from '../../src/run/open-model.js';
import type { CellChoice } from '../model/short-form.js';
import { randomModel } from '../sample/trained-model.js';
import { sumOf, tokenLosses } from './token-losses.js';

const random = createRandom(8);
/** Four streams of 6,240 tokens, the last of which is shorter. */
const text = Int32Array.from({ length: 24_877 }, () => random.integer(22));

interface Setting {
  tokens?: Int32Array;
  shards?: number;
  cell?: CellChoice;
  change?(model: OpenedModel): void;
}

/** The losses as streams and as one stream give them, and how far the streams went before something else did the rest. */
async function bothWays({ tokens = text, shards = 1, cell = { type: 'lstm' }, change = () => {} }: Setting) {
  const engine = createTypedArrayEngine({ shards, threads: 1 });
  try {
    const model = randomModel(engine, { cell, hiddenSize: 8, range: 0.5 });
    change(model);
    const streams = new Float32Array(tokens.length - 1);
    const parts: number[] = [];
    const progress: number[] = [];
    await scoreStreams({
      model,
      engine,
      tokens,
      onWindow(losses, start, count) {
        streams.set(losses.subarray(0, count), start);
        if (count > 32) parts.push(count);
      },
      onProgress: (done) => void progress.push(done),
    });
    expect(progress.at(-1)).toBe(tokens.length - 1);
    expect(Math.min(...progress)).toBeGreaterThan(0);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    return { streams, parts, one: await tokenLosses({ model, engine, tokens, sequenceLength: 32 }) };
  } finally {
    engine.close();
  }
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

/** The forget gates of the first layer are open for good: the cells add up all that they have read. */
function neverForget({ arena, table, options }: OpenedModel): void {
  const bias = entryView(arena, table.entries.find(({ name }) => name === 'rnn.bias_ih_l0')!);
  const size = options.layers[0]!.size!;
  bias.fill(100, size, 2 * size);
}

/**
 * One cell of the upper layer is small and forgets at a constant rate, so that after a run-up of 1,280 tokens 1e-5 of how it began is left,
 * which is within the tolerance of states. Weights of the decoder make some hundredths of a nat of it.
 */
function magnify({ arena, table, options }: OpenedModel): void {
  const H = options.layers[0]!.size!;
  const view = (name: string) => entryView(arena, table.entries.find((entry) => entry.name === name)!);
  const kept = Math.exp(Math.log(1e-5) / 1280);
  for (const weights of ['rnn.weight_ih_l1', 'rnn.weight_hh_l1']) view(weights).fill(0, H * H, H * H + H);
  view('rnn.bias_ih_l1')[0] = -5;
  view('rnn.bias_ih_l1')[H] = Math.log(kept / (1 - kept));
  view('rnn.bias_hh_l1')[H] = 0;
  const decoder = view('decoder.weight');
  for (let row = 0; row < options.vocabularySize; row++) decoder[row * H]! *= 100_000;
}

describe('scoring many places at once', () => {
  it.each<[string, Setting]>([
    ['an LSTM', {}],
    ['an LSTM on two shards', { shards: 2 }],
    ['a GRU', { cell: { type: 'gru', reset: 'after' } }],
    ['an Elman network', { cell: { type: 'rnn', nonlinearity: 'tanh' } }],
  ])('is the same as reading in order, up to rounding, for %s', async (_, setting) => {
    const { streams, parts, one } = await bothWays(setting);
    expect(parts).toEqual([24_876]);
    expect(largestDifference(streams, one)).toBeLessThan(2e-5);
    expect(Math.abs(sumOf(streams) / sumOf(one) - 1)).toBeLessThan(1e-8);
  });

  it('is the same as reading in order, up to rounding, for onnxruntime and its recurrent operators', async () => {
    const engine = await createOnnxRuntimeEngine({ provider: 'cpu', threads: 1 });
    const model = randomModel(engine, { hiddenSize: 8, range: 0.5 });
    const streams = await tokenLosses({ model, engine, tokens: text });
    const core = createTypedArrayEngine({ shards: 1, threads: 1 });
    const same = randomModel(core, { hiddenSize: 8, range: 0.5 });
    const one = await tokenLosses({ model: same, engine: core, tokens: text, sequenceLength: 32 });
    expect(largestDifference(streams, one)).toBeLessThan(2e-5);
    for (const { close } of [engine, core]) close();
  });

  it('continues from segment to segment of a text that is longer than the streams together', async () => {
    const tokens = Int32Array.from({ length: 32 * 8192 + 2 * 4096 + 100 }, () => random.integer(22));
    const { streams, parts, one } = await bothWays({ tokens, shards: 2 });
    expect(parts).toEqual([32 * 4256, 134_243]);
    expect(largestDifference(streams, one)).toBeLessThan(2e-5);
  });

  it('detects a network that never forgets, and reads its text sequentially, bit for bit', async () => {
    const { streams, parts, one } = await bothWays({ change: neverForget });
    expect(parts).toHaveLength(1);
    expect(parts[0]).toBeLessThan(text.length / 2 + 300);
    expect(streams).toEqual(one);
  });

  it('detects a decoder that amplifies a small difference of states', async () => {
    const { streams, one } = await bothWays({ change: magnify });
    expect(largestDifference(streams, one)).toBeLessThan(1 / 8192);
  });

  it('is used for a long text when no window length is given', async () => {
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const model = randomModel(engine, { hiddenSize: 8, range: 0.5 });
    const told: number[] = [];
    const losses = await tokenLosses({ model, engine, tokens: text, onProgress: (done) => void told.push(done) });
    const { streams } = await bothWays({});
    expect(losses).toEqual(streams);
    expect(told.at(-1)).toBe(text.length - 1);
    expect(told.every((done, i) => i === 0 || done >= told[i - 1]!)).toBe(true);
    engine.close();
  });
});
