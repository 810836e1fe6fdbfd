import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toFloat16 } from '../../src/export/float16.js';
import { float16Bits, float16ToFloat32 } from '../../src/files/half-precision.js';

const widened = (bits: number) => float16ToFloat32(Uint16Array.of(bits))[0]!;

describe('float16Bits', () => {
  it('reproduces every float16', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = widened(bits);
      if (!Number.isNaN(value)) expect(float16Bits(value)).toBe(bits);
    }
    expect(widened(float16Bits(Number.NaN))).toBeNaN();
  });

  it('rounds to the nearest, and a tie to the even one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7bfe }), fc.double({ min: 0, max: 1, noNaN: true }), (bits, share) => {
        const [low, high] = [widened(bits), widened(bits + 1)];
        const value = Math.fround(low + share * (high - low));
        const middle = (low + high) / 2;
        const nearest = value < middle || (value === middle && bits % 2 === 0) ? bits : bits + 1;
        expect(float16Bits(value)).toBe(nearest);
        expect(float16Bits(-value)).toBe(nearest + 0x8000);
      }),
    );
  });

  it('is infinite from the midpoint to the next power of two', () => {
    expect([65504, 65519, 65520, 1e30].map(float16Bits)).toEqual([0x7bff, 0x7bff, 0x7c00, 0x7c00]);
  });
});

describe('toFloat16', () => {
  it("refuses a weight outside float16's range, and names it", () => {
    const weight = { name: 'decoder.bias', shape: [2], data: Float32Array.of(1, -70_000) };
    const graph = { name: '', nodes: [], initializers: [weight], inputs: [], outputs: [] };
    expect(() => toFloat16(graph)).toThrow('--precision float16: decoder.bias holds -70000, and float16 ends at 65504');
  });
});
