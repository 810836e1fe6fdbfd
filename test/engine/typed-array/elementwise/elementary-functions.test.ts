import { describe, expect, test } from 'vitest';
import type { ElementwiseOperation } from '../../../../src/engine/typed-array/elementwise/elementwise-kernel.js';
import { ELEMENTARY_FUNCTIONS } from './operations.js';
import { apply } from './run-kernel.js';

const { POSITIVE_INFINITY: INFINITY } = Number;
const SMALLEST_SUBNORMAL = 1.401298464324817e-45;
const LARGEST = 3.4028234663852886e38;

type Elementary = keyof typeof ELEMENTARY_FUNCTIONS;

/** Every `stride`th of the float32 numbers, in the order of their bits. */
function float32Numbers(from: number, to: number, stride: number): Float32Array {
  const bits = new Uint32Array(Math.ceil((to - from) / stride)).map((_, i) => from + i * stride);
  return new Float32Array(bits.buffer);
}

/** Distance of float32 numbers around a value. */
function ulp(value: number): number {
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(value))));
  return 2 ** (exponent - 23);
}

/** The largest error against float64 in units in the last place, and where it is. */
function largestError(name: Elementary, numbers: Float32Array): { ulps: number; at: number } {
  const results = apply(name, numbers);
  const worst = { ulps: 0, at: 0 };
  numbers.forEach((x, i) => {
    const exact = ELEMENTARY_FUNCTIONS[name](x);
    const result = results[i] as number;
    if (Object.is(Math.fround(exact), result)) return;
    const ulps = Math.abs(result - exact) / ulp(exact);
    if (!(ulps <= worst.ulps)) Object.assign(worst, { ulps, at: x });
  });
  return worst;
}

describe('elementary functions over all of float32', () => {
  const all = float32Numbers(0, 0x1_0000_0000, 9973);

  test.each<[Elementary, number]>([
    ['exp', 1],
    ['log', 1],
    ['tanh', 6],
  ])('%s is within %d ulp of the exact result, special and subnormal numbers included', (name, bound) => {
    expect(largestError(name, all).ulps).toBeLessThan(bound);
  });

  test('sigmoid is within 4 ulp of the exact result, down to where that is subnormal', () => {
    expect(
      largestError(
        'sigmoid',
        all.filter((x) => !(x < -87)),
      ).ulps,
    ).toBeLessThan(4);
    for (const x of [-87.5, -88.4, -90, -1e30]) expect(apply('sigmoid', [x])[0]).toBeCloseTo(0, 36);
  });

  test('sigmoid is within 3e-7 of the exact result, relative to it, for arguments from -15 to 15', () => {
    const numbers = Float32Array.from({ length: 300_001 }, (_, i) => i / 10_000 - 15);
    const results = apply('sigmoid', numbers);
    const errors = numbers.map((x, i) => Math.abs((results[i] as number) / ELEMENTARY_FUNCTIONS.sigmoid(x) - 1));
    expect(errors.reduce((a, b) => Math.max(a, b))).toBeLessThan(3e-7);
  });

  test('tanh never passes 1, and keeps its sign exactly', () => {
    const positive = float32Numbers(0x40e00000, 0x41000000, 1); // all from 7 to 8, where it saturates
    const results = apply('tanh', positive);
    expect(results.reduce((a, b) => Math.max(a, b))).toBe(1);
    const mirrored = apply(
      'tanh',
      positive.map((x) => -x),
    );
    expect(mirrored.findIndex((y, i) => y !== -(results[i] as number))).toBe(-1);
  });
});

describe('elementary functions at their edges', () => {
  test.each<[ElementwiseOperation, number, number]>([
    ['exp', 0, 1],
    ['exp', INFINITY, INFINITY],
    ['exp', -INFINITY, 0],
    ['exp', 100, INFINITY],
    ['exp', 88.72283935546875, INFINITY],
    ['exp', 88.72283172607422, 3.402798519021476e38],
    ['exp', LARGEST, INFINITY],
    ['exp', -LARGEST, 0],
    ['exp', -103.97, SMALLEST_SUBNORMAL],
    ['exp', -103.98, 0],
    ['log', 0, -INFINITY],
    ['log', -0, -INFINITY],
    ['log', 1, 0],
    ['log', INFINITY, INFINITY],
    ['log', -INFINITY, Number.NaN],
    ['log', -1, Number.NaN],
    ['log', -SMALLEST_SUBNORMAL, Number.NaN],
    ['log', SMALLEST_SUBNORMAL, Math.fround(Math.log(SMALLEST_SUBNORMAL))],
    ['tanh', INFINITY, 1],
    ['tanh', -INFINITY, -1],
    ['tanh', 0, 0],
    ['tanh', -0, -0],
    ['tanh', SMALLEST_SUBNORMAL, SMALLEST_SUBNORMAL],
    ['tanh', Math.fround(1e-5), Math.fround(1e-5)],
    ['sigmoid', 0, 0.5],
    ['sigmoid', INFINITY, 1],
    ['sigmoid', -INFINITY, 0],
    ['sigmoid', LARGEST, 1],
    ['sigmoid', -LARGEST, 0],
  ])('%s(%d) is %d', (operation, x, expected) => {
    expect(apply(operation, [x])[0]).toBe(expected);
  });

  test.each(Object.keys(ELEMENTARY_FUNCTIONS) as Elementary[])('%s of NaN is NaN, whatever its sign and payload', (name) => {
    const numbers = float32Numbers(0x7f800001, 0x80000000, 65521);
    const negative = float32Numbers(0xff800001, 0x1_0000_0000, 65521);
    for (const result of [...apply(name, numbers), ...apply(name, negative)]) expect(result).toBeNaN();
  });
});
