import { expect, test } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { withLanes } from '../../src/evaluate/lanes.js';
import { createRandom } from '../../src/foundation/random.js';
import { memoryTokenSource } from '../../src/text/batches.js';
import { relativeError } from '../engine/model-fixture.js';
import { randomModel } from '../sample/trained-model.js';
import { tokenLosses } from './token-losses.js';

const random = createRandom(8);
const tokens = Int32Array.from({ length: 60 }, () => random.integer(22));
const steps = 8;

test.each([1, 2])('lanes read several places of a text, each with its own state, on %i shards', async (shards) => {
  const engine = createTypedArrayEngine({ shards, threads: 1 });
  const model = randomModel(engine, { hiddenSize: 6 });
  const alone = createTypedArrayEngine({ shards: 1, threads: 1 });
  const same = randomModel(alone, { hiddenSize: 6 });
  const lossesFrom = (start: number) =>
    tokenLosses({ model: same, engine: alone, tokens: tokens.subarray(start), sequenceLength: 8 });
  const starts = [3, 0, 40, 20];
  const lanesOf = <T>(use: Parameters<typeof withLanes<T>>[3]) =>
    withLanes(model, engine, { source: memoryTokenSource(tokens), count: 4, steps }, use);

  await lanesOf(async (lanes) => {
    expect([lanes.count, lanes.steps, lanes.stateLength]).toEqual([4, steps, 4 * 6]);
    const found = new Float32Array(2 + steps);
    const states = new Float32Array(4 * lanes.stateLength);
    const expectLosses = async (from: (lane: number) => number, skipped: number) => {
      for (const lane of starts.keys()) {
        lanes.losses(lane, found, 2);
        const wanted = (await lossesFrom(from(lane))).subarray(skipped, skipped + steps);
        expect(relativeError(found.subarray(2), wanted), `lane ${lane}`).toBeLessThan(1e-5);
      }
    };
    // From the empty state; then continued, after steps that were scored and after steps that were only read.
    await lanes.score(starts);
    await expectLosses((lane) => starts[lane]!, 0);
    for (const lane of starts.keys()) lanes.save(lane, states, lane * lanes.stateLength);
    await lanes.score(starts.map((start) => start + steps));
    await expectLosses((lane) => starts[lane]!, steps);
    for (const lane of starts.keys()) lanes.load(lane, states, lane * lanes.stateLength);
    await lanes.read(starts.map((start) => start + steps));
    await lanes.score(starts.map((start) => start + 2 * steps));
    for (const lane of [0, 1, 3]) {
      lanes.losses(lane, found, 2);
      const wanted = (await lossesFrom(starts[lane]!)).subarray(2 * steps, 3 * steps);
      expect(relativeError(found.subarray(2), wanted), `lane ${lane}`).toBeLessThan(1e-5);
    }
    // Lane 2 has reached the end of the text: three of its results are of the text.
    lanes.losses(2, found, 2);
    const rest = (await lossesFrom(40)).subarray(2 * steps);
    expect(relativeError(found.subarray(2, 2 + rest.length), rest)).toBeLessThan(1e-5);
  });

  // Programs are used again, from the empty state.
  await lanesOf(async (lanes) => {
    await lanes.score(starts);
    const found = new Float32Array(steps);
    lanes.losses(0, found, 0);
    expect(relativeError(found, (await lossesFrom(3)).subarray(0, steps))).toBeLessThan(1e-5);
  });
  engine.close();
  alone.close();
});
