import { afterAll, describe, expect, it } from 'vitest';
import { unusedContext } from '../../src/diagnose/unused-context.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { randomNetwork } from './random-network.js';

const V = 4;
const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
afterAll(() => engine.close());

/** A network that expects each token equally often, or after token v the token v + 1. */
function networkThat(knowsSuccessors: boolean) {
  const model = { embedding: { size: V }, layers: [{ type: 'rnn', size: V }] };
  const { network, view } = randomNetwork(engine, model, V, 0.5);
  network.arena.fill(0);
  if (knowsSuccessors)
    for (let v = 0; v < V; v++) {
      view('encoder.weight')[v * V + v] = 1;
      view('rnn.weight_ih_l0')[v * V + v] = 20;
      view('decoder.weight')[((v + 1) % V) * V + v] = 20;
    }
  return network;
}

/** A token is the one `lag` places before it with probability 1/2, else a random one. */
function repeating(lag: number, length = 30_000): Int32Array {
  const random = createRandom(2);
  const tokens = new Int32Array(length);
  for (let i = 0; i < length; i++) tokens[i] = i >= lag && random.integer(2) === 0 ? tokens[i - lag]! : random.integer(V);
  return tokens;
}

describe('unused context', () => {
  it('is the mutual information at the lag of a repetition, for a model that uses nothing', async () => {
    const tokens = repeating(5);
    const { natsPerToken, gains } = (await unusedContext({ engine, network: networkThat(false), tokens, lags: 8 }))!;
    expect(natsPerToken).toBeCloseTo(Math.log(V), 5);
    // The same token has the probability 1/2 + 1/8, each other one 1/8.
    const information = Math.log(V) + (5 / 8) * Math.log(5 / 8) + (3 / 8) * Math.log(1 / 8);
    expect(gains[4]! / information).toBeGreaterThan(0.95);
    expect(gains[4]! / information).toBeLessThan(1.05);
    expect(gains.length).toBe(8);
    for (const [index, gain] of gains.entries()) if (index !== 4) expect(Math.abs(gain)).toBeLessThan(0.01 * information);
  });

  it('is nothing where the model knows all that the token tells', async () => {
    const tokens = Int32Array.from({ length: 6000 }, (_, i) => i % V);
    const { natsPerToken, gains } = (await unusedContext({ engine, network: networkThat(true), tokens, lags: 6 }))!;
    expect(natsPerToken).toBeLessThan(0.01);
    for (const gain of gains) expect(Math.abs(gain)).toBeLessThan(0.01);
  });

  it('does not count what the frequencies of the tokens tell', async () => {
    const random = createRandom(9);
    const tokens = Int32Array.from({ length: 30_000 }, () => Math.min(random.integer(V), random.integer(V)));
    const { gains } = (await unusedContext({ engine, network: networkThat(false), tokens, lags: 4 }))!;
    for (const gain of gains) expect(Math.abs(gain)).toBeLessThan(0.005);
  });

  it('is not measured for a large vocabulary', async () => {
    const { network } = randomNetwork(engine, { embedding: { size: 4 }, layers: [{ type: 'rnn', size: 4 }] }, 257);
    expect(await unusedContext({ engine, network, tokens: repeating(2, 600), lags: 4 })).toBeUndefined();
  });
});
