import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, philox4x32, type Random, restoreRandom } from '../../src/foundation/random.js';

const wholeNumber = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

describe('philox4x32', () => {
  // From the authors' Random123 distribution, kat_vectors.
  it.each([
    { counter: [0, 0, 0, 0], key: [0, 0], expected: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
    {
      counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff],
      expected: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      expected: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    },
  ])('gives the published words for counter $counter', ({ counter, key, expected }) => {
    const words = Uint32Array.from(counter);
    philox4x32(words, key[0]!, key[1]!, words);
    expect([...words]).toEqual(expected);
  });

  it('agrees with 64-bit integer arithmetic for any counter and key', () => {
    const word = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), word, word, (counter, key0, key1) => {
        const out = new Uint32Array(4);
        philox4x32(Uint32Array.from(counter), key0, key1, out);
        expect([...out]).toEqual(philoxWithBigIntegers(counter, key0, key1));
      }),
    );
  });
});

describe('createRandom', () => {
  it('puts the position and the stream in the counter and the seed in the key', () => {
    const seed = 0x243f6a88 * 2 ** 21 + 5;
    const random = restoreRandom({ seed, stream: 2 ** 40 + 3, position: 4 * (2 ** 33 + 7) });
    const [high, low] = philoxWithBigIntegers([7, 2, 3, 256], seed % 2 ** 32, Math.floor(seed / 2 ** 32));
    expect(random.uniform()).toBe(((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53);
  });

  it('draws the recorded bits', () => {
    const digest = (draw: (random: Random) => number) => {
      const random = createRandom(20260101, 3);
      return createHash('sha256')
        .update(Float64Array.from({ length: 1000 }, () => draw(random)))
        .digest('hex')
        .slice(0, 16);
    };
    expect(digest((random) => random.uniform())).toBe('c777f7c9c6387a24');
    expect(digest((random) => random.normal())).toBe('6a93d78f92286a9a');
    expect(digest((random) => random.integer(65))).toBe('9e32ef9f50b3d376');
  });

  it('gives other numbers for another seed or stream', () => {
    const first = [createRandom(1), createRandom(2), createRandom(1, 1), createRandom(1 + 2 ** 32), createRandom(1, 2 ** 32)];
    expect(new Set(first.map((random) => random.uniform())).size).toBe(5);
  });

  it('continues from a restored state as without interruption, wherever it was saved', () => {
    const draws: ((random: Random) => number)[] = [
      (r) => r.uniform(),
      (r) => r.normal(),
      (r) => r.integer(10),
      (r) => r.integer(3e15),
    ];
    fc.assert(
      fc.property(wholeNumber, wholeNumber, fc.array(fc.nat(3)), (seed, stream, before) => {
        const random = createRandom(seed, stream);
        for (const kind of before) draws[kind]!(random);
        const copy = restoreRandom(JSON.parse(JSON.stringify(random.state())));
        for (let i = 0; i < 9; i++) expect(draws[i % 4]!(copy)).toBe(draws[i % 4]!(random));
        expect(copy.state()).toEqual(random.state());
      }),
    );
  });

  it('draws uniform numbers from 0 up to but not 1, with all 53 bits in use', () => {
    const random = createRandom(7);
    const draws = Array.from({ length: 20_000 }, () => random.uniform());
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThan(1);
    expect(mean(draws)).toBeCloseTo(0.5, 2);
    const odd = draws.filter((draw) => (draw * 2 ** 53) % 2 === 1).length;
    expect(odd / draws.length).toBeCloseTo(0.5, 1);
  });

  it('draws every integer below the bound equally often', () => {
    const random = createRandom(11);
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 60_000; i++) counts[random.integer(6)]!++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    // The 0.9999 quantile for 5 degrees of freedom.
    expect(chiSquare).toBeLessThan(25.7);
  });

  it('does not favour small integers under a bound that divides 2^53 badly', () => {
    const random = createRandom(13);
    const bound = 6e15;
    const low = Array.from({ length: 20_000 }, () => random.integer(bound)).filter((draw) => draw < bound / 2).length;
    // Reduced without rejection, half of the range would come up 66% of the time.
    expect(low / 20_000).toBeCloseTo(0.5, 1);
  });

  it('draws normal numbers of mean 0, variance 1 and kurtosis 3', () => {
    const random = createRandom(17);
    const draws = Array.from({ length: 50_000 }, () => random.normal());
    expect(Math.abs(mean(draws))).toBeLessThan(0.02);
    expect(Math.abs(mean(draws.map((x) => x * x)) - 1)).toBeLessThan(0.03);
    expect(Math.abs(mean(draws.map((x) => x * x * x * x)) - 3)).toBeLessThan(0.2);
  });

  it.each([-1, 0.5, 2 ** 53, Number.NaN])('refuses %d as a seed, stream, position or bound', (value) => {
    expect(() => createRandom(value)).toThrow(RangeError);
    expect(() => createRandom(1, value)).toThrow(RangeError);
    expect(() => restoreRandom({ seed: 1, stream: 0, position: value })).toThrow(RangeError);
    expect(() => createRandom(1).integer(value)).toThrow(RangeError);
  });
});

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

type Four<T> = [T, T, T, T];

function philoxWithBigIntegers(counter: readonly number[], key0: number, key1: number): Four<number> {
  let [x0, x1, x2, x3] = counter.map(BigInt) as Four<bigint>;
  let [k0, k1] = [BigInt(key0), BigInt(key1)];
  const mask = 0xffffffffn;
  for (let round = 0; round < 10; round++) {
    const product0 = 0xd2511f53n * x0;
    const product1 = 0xcd9e8d57n * x2;
    [x0, x1, x2, x3] = [(product1 >> 32n) ^ x1 ^ k0, product1 & mask, (product0 >> 32n) ^ x3 ^ k1, product0 & mask];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [Number(x0), Number(x1), Number(x2), Number(x3)];
}
