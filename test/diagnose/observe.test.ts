import { afterAll, expect, it } from 'vitest';
import { observeText } from '../../src/diagnose/observe.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createCarriedState } from '../../src/model/carried-state.js';
import { readingProgram } from '../../src/model/window-programs.js';
import { memoryTokenSource } from '../../src/text/batches.js';
import { collectValues } from './collected-values.js';
import { randomNetwork, randomTokens } from './random-network.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
afterAll(() => engine.close());

const V = 6;
const model = {
  embedding: { size: 3 },
  layers: [
    { type: 'gru', size: 4 },
    { type: 'lstm', size: 2 },
  ],
};
const { network } = randomNetwork(engine, model, V);

/** The outputs of both layers after each token of a part of the text, from an empty state, one step at a time. */
async function readOneByOne(tokens: Int32Array, ends?: Uint8Array): Promise<number[][]> {
  const state = createCarriedState(engine, network.options, 1);
  const program = readingProgram(network, engine, { batchSize: 1, sequenceLength: 1, shards: 1 }, state);
  const found: number[][] = [];
  for (const [t, token] of tokens.entries()) {
    if (ends?.[t] === 1) state.reset();
    program.inputs.tokens![0]![0] = token;
    await program.run();
    state.carry();
    found.push([...state.inputs['h.0']![0]!, ...state.inputs['h.1']![0]!]);
  }
  return found;
}

const expectClose = (found: readonly number[][], wanted: readonly number[][]) => {
  expect(found.length).toBe(wanted.length);
  for (const [t, row] of wanted.entries())
    for (const [i, value] of row.entries()) expect(found[t]![i], `${t} ${i}`).toBeCloseTo(value, 5);
};

it('an observation shows the values of every token but the last, of each part of the text from an empty state', async () => {
  const tokens = randomTokens(30, V);
  for (const [batchSize, sequenceLength] of [
    [1, 7],
    [3, 4],
    [4, 100],
    [100, 5],
  ] as const) {
    const taps = ['layers.0.output', 'layers.1.output'];
    const found = await collectValues({ network, engine, tokens, batchSize, sequenceLength }, taps);
    const joined = found.get(taps[0]!)!.map((row, t) => [...row, ...found.get(taps[1]!)![t]!]);
    // 29 predictions in B parts, the first ones longer by one.
    const B = Math.min(batchSize, 29);
    const lengths = Array.from({ length: B }, (_, b) => Math.floor(29 / B) + (b < 29 % B ? 1 : 0));
    const wanted: number[][] = [];
    for (const length of lengths) wanted.push(...(await readOneByOne(tokens.slice(wanted.length, wanted.length + length))));
    expectClose(joined, wanted);
  }
});

it('an observation resets the state where documents end', async () => {
  const tokens = randomTokens(12, V);
  const ends = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0);
  const source = memoryTokenSource(tokens, ends);
  const taps = ['layers.0.state.h', 'layers.1.state.h'];
  const found = await collectValues({ network, engine, tokens: source, batchSize: 1, sequenceLength: 5 }, taps);
  const joined = found.get(taps[0]!)!.map((row, t) => [...row, ...found.get(taps[1]!)![t]!]);
  expectClose(joined, (await readOneByOne(tokens, ends)).slice(0, 11));
});

it('an observation reports its progress, and refuses texts and taps that do not fit', async () => {
  const seen: number[][] = [];
  const onProgress = (...numbers: number[]) => void seen.push(numbers);
  const observation = { network, engine, tokens: randomTokens(20, V), batchSize: 2, sequenceLength: 4 };
  await observeText({ ...observation, onProgress }, []);
  expect(seen).toEqual([1, 2, 3].map((done) => [done, 3]));
  await expect(observeText({ ...observation, tokens: Int32Array.of(1) }, [])).rejects.toThrow('at least 2');
  await expect(observeText({ ...observation, tokens: Int32Array.of(1, V) }, [])).rejects.toThrow();
  await expect(observeText({ ...observation, batchSize: 0 }, [])).rejects.toThrow('the batch size');
  await expect(observeText(observation, [{ taps: ['layers.0.gate.x'], add() {} }])).rejects.toThrow('no value layers.0.gate.x');
});
