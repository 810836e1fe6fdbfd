import { afterAll, describe, expect, it } from 'vitest';
import { lyapunovExponents } from '../../src/diagnose/lyapunov.js';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { memoryTokenSource } from '../../src/text/batches.js';
import { randomNetwork, randomTokens } from './random-network.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
afterAll(() => engine.close());

const V = 5;
const options = { count: 4, transient: 60, seed: 1 };
const tokens = randomTokens(320, V);

/** A relu network that is linear where it is used: its biases are so large that all units stay above 0. */
function linearNetwork(matrix: readonly (readonly number[])[], biases = matrix.map(() => 10)) {
  const H = matrix.length;
  const made = randomNetwork(
    engine,
    { embedding: { size: 3 }, layers: [{ type: 'rnn', nonlinearity: 'relu', size: H }] },
    V,
    0.1,
  );
  made.view('rnn.weight_hh_l0').set(matrix.flat());
  made.view('rnn.bias_ih_l0').set(biases);
  return made;
}

const expectClose = (found: readonly number[], wanted: readonly number[], digits = 4) => {
  expect(found).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries()) expect(found[i], `exponent ${i}`).toBeCloseTo(value, digits);
};

describe('the Lyapunov exponents of a linear network are the logarithms of its absolute eigenvalues', () => {
  it('of a diagonal matrix', async () => {
    const { network } = linearNetwork([
      [0.5, 0, 0, 0],
      [0, 0.9, 0, 0],
      [0, 0, 0.2, 0],
      [0, 0, 0, 0.7],
    ]);
    const [found] = await lyapunovExponents({ network, engine }, tokens, options);
    expectClose(found!.exponents, [0.9, 0.7, 0.5, 0.2].map(Math.log));
    expect(found!.steps).toBe(200);
    for (const error of found!.standardErrors) expect(error).toBeLessThan(1e-4);
  });

  it('of a triangular matrix, whose columns are far from orthogonal', async () => {
    const { network } = linearNetwork([
      [0.4, 3, 1],
      [0, 0.8, 2],
      [0, 0, 0.6],
    ]);
    const [found] = await lyapunovExponents({ network, engine }, tokens, { ...options, count: 3 });
    expectClose(found!.exponents, [0.8, 0.6, 0.4].map(Math.log));
  });

  it('of a rotation that shrinks, beside a faster decay: a pair of equal exponents', async () => {
    const [c, s] = [0.85 * Math.cos(0.7), 0.85 * Math.sin(0.7)];
    // With these biases the state comes to rest where all units are 20.
    const { network } = linearNetwork(
      [
        [c, -s, 0],
        [s, c, 0],
        [0, 0, 0.3],
      ],
      [20 * (1 - c + s), 20 * (1 - s - c), 14],
    );
    const [found] = await lyapunovExponents({ network, engine }, tokens, { ...options, count: 2 });
    expectClose(found!.exponents, [0.85, 0.85].map(Math.log));
  });

  it('of a matrix in other coordinates, S D S^-1 with a shear S, and of one that grows', async () => {
    // S = [[1, 2], [0, 1]], D = diag(1.02, 0.5).
    const { network } = linearNetwork(
      [
        [1.02, 2 * (0.5 - 1.02)],
        [0, 0.5],
      ],
      [100, 10],
    );
    const [found] = await lyapunovExponents({ network, engine }, tokens, { ...options, count: 1 });
    expectClose(found!.exponents, [Math.log(1.02)]);
  });
});

/** The largest exponent of a tanh network by its definition: the growth of a small difference that is followed forward, in float64. */
function plainLargestExponent(
  { view }: ReturnType<typeof randomNetwork>,
  { H, E, read, transient }: { H: number; E: number; read: Int32Array; transient: number },
): number {
  const [W, U] = [view('rnn.weight_ih_l0'), view('rnn.weight_hh_l0')];
  const [b, d] = [view('rnn.bias_ih_l0'), view('rnn.bias_hh_l0')];
  let h = new Float64Array(H);
  let difference = Float64Array.from({ length: H }, (_, i) => 1 + i);
  let total = 0;
  for (const [t, token] of read.entries()) {
    const x = view('encoder.weight').subarray(token * E, (token + 1) * E);
    const next = h.map((_, i) => {
      let sum = b[i]! + d[i]!;
      for (let j = 0; j < E; j++) sum += W[i * E + j]! * x[j]!;
      for (let j = 0; j < H; j++) sum += U[i * H + j]! * h[j]!;
      return Math.tanh(sum);
    });
    const grown = difference.map((_, i) => {
      let sum = 0;
      for (let j = 0; j < H; j++) sum += U[i * H + j]! * difference[j]!;
      return sum * (1 - next[i]! * next[i]!);
    });
    const length = Math.sqrt(grown.reduce((sum, value) => sum + value * value, 0));
    if (t >= transient && t < read.length - transient) total += Math.log(length);
    difference = grown.map((value) => value / length);
    h = next;
  }
  return total / (read.length - 2 * transient);
}

describe('the Lyapunov exponents of other networks', () => {
  it('of a chaotic tanh network are above 0 and those of a difference that is followed forward', async () => {
    const [H, E] = [30, 3];
    const read = randomTokens(2000, V);
    const made = randomNetwork(engine, { embedding: { size: E }, layers: [{ type: 'rnn', size: H }] }, V, 0.2);
    const weights = made.view('rnn.weight_hh_l0');
    for (let i = 0; i < weights.length; i++) weights[i]! *= 5;
    const [found] = await lyapunovExponents({ network: made.network, engine }, read, { count: 1, transient: 50, seed: 1 });
    const wanted = plainLargestExponent(made, { H, E, read, transient: 50 });
    expect(wanted).toBeGreaterThan(0.02);
    // Rounding moves a chaotic state to another one of the same statistics.
    expect(Math.abs(found!.exponents[0]! - wanted)).toBeLessThan(5 * found!.standardErrors[0]! + 0.01);
  });

  it('of an LSTM whose gates do not see inputs are those of its forget gate, and then of nothing', async () => {
    const H = 3;
    const made = randomNetwork(engine, { embedding: { size: 3 }, layers: [{ type: 'lstm', size: H }] }, V);
    for (const name of ['weight_ih', 'weight_hh', 'bias_hh']) made.view(`rnn.${name}_l0`).fill(0);
    // Gates i, f, g, o: f is different in each unit.
    made.view('rnn.bias_ih_l0').set([0, 0, 0, 2, 1, -1, 0.5, 0.5, 0.5, 0, 0, 0]);
    const [found] = await lyapunovExponents({ network: made.network, engine }, tokens, { ...options, count: 6 });
    const logSigmoid = (z: number) => -Math.log1p(Math.exp(-z));
    expectClose(found!.exponents.slice(0, 3), [2, 1, -1].map(logSigmoid));
    for (const exponent of found!.exponents.slice(3)) expect(exponent).toBeLessThan(-12);
  });

  it('of a network whose relu is always 0 are minus infinity', async () => {
    const { network, view } = linearNetwork([
      [0.5, 0],
      [0, 0.5],
    ]);
    view('rnn.bias_ih_l0').fill(-10);
    const [found] = await lyapunovExponents({ network, engine }, tokens, { ...options, count: 2 });
    expect(found!.exponents).toEqual([-Infinity, -Infinity]);
    expect(found!.standardErrors).toEqual([0, 0]);
  });

  it('are those of each layer, equal on another engine, and no more than its state has columns', async () => {
    const reference = createReferenceEngine();
    const model = {
      embedding: { size: 3 },
      layers: [{ type: 'qrnn', size: 2 }, { type: 'normalization' }, { type: 'lstm', size: 4 }],
    };
    const [a, b] = await Promise.all(
      [engine, reference].map((one) =>
        lyapunovExponents({ network: randomNetwork(one, model, V).network, engine: one }, tokens, options),
      ),
    );
    expect(a!.map(({ layer, exponents }) => [layer, exponents.length])).toEqual([
      [0, 2],
      [2, 4],
    ]);
    for (const [i, { exponents }] of a!.entries()) expectClose(b![i]!.exponents, exponents);
  });

  it('do not contain the resets of documents', async () => {
    const { network } = linearNetwork([
      [0.9, 0],
      [0, 0.6],
    ]);
    const ends = Uint8Array.from(tokens, (_, i) => (i % 50 === 49 ? 1 : 0));
    const [found] = await lyapunovExponents({ network, engine }, memoryTokenSource(tokens, ends), { ...options, count: 2 });
    expectClose(found!.exponents, [0.9, 0.6].map(Math.log));
  });
});

it('a text that is too short, invalid numbers and models without a state', async () => {
  const { network } = linearNetwork([[0.5]]);
  const short = lyapunovExponents({ network, engine }, tokens.slice(0, 129), options);
  await expect(short).rejects.toThrow('129 tokens, and Lyapunov exponents need at least 130');
  await expect(lyapunovExponents({ network, engine }, tokens, { ...options, count: 0 })).rejects.toThrow(
    'the number of exponents',
  );
  const plain = randomNetwork(engine, { embedding: { size: 3 }, layers: [{ type: 'normalization' }] }, V);
  expect(await lyapunovExponents({ network: plain.network, engine }, tokens, options)).toEqual([]);
});
