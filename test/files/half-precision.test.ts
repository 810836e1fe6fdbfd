import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, roundToBfloat16 } from '../../src/files/half-precision.js';

it('widens every binary16 number to the value of its bits', () => {
  const patterns = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const floats = float16ToFloat32(patterns);
  for (const bits of patterns) {
    const [sign, exponent, mantissa] = [bits >> 15, (bits >> 10) & 31, bits & 1023];
    const magnitude =
      exponent === 31
        ? mantissa === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN
        : exponent === 0
          ? mantissa * 2 ** -24
          : 2 ** (exponent - 15) * (1 + mantissa / 1024);
    if (!Object.is(floats[bits], sign === 1 ? -magnitude : magnitude))
      expect.fail(`0x${bits.toString(16)} became ${floats[bits]}`);
  }
});

it('widens the textbook binary16 numbers', () => {
  // 1, -2, largest, smallest subnormal, 1/3 rounded, minus zero.
  const floats = float16ToFloat32(Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x3555, 0x8000));
  expect([...floats]).toEqual([1, -2, 65504, 2 ** -24, 0.333251953125, -0]);
});

it('widens bfloat16 numbers by appending zeros to their bits', () => {
  const floats = bfloat16ToFloat32(Uint16Array.of(0x3f80, 0xc000, 0x4049, 0x7f80, 0x8000, 0x0001));
  expect([...floats]).toEqual([1, -2, 3.140625, Number.POSITIVE_INFINITY, -0, 9.183549615799121e-41]);
});

it('rounds to the nearest bfloat16, ties to even, as the definition says', () => {
  const float = fc.float({ noNaN: true });
  const upper = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0]! >>> 16;
  fc.assert(
    fc.property(float, (value) => {
      const rounded = Float32Array.of(value);
      roundToBfloat16(rounded);
      const bits = new Uint16Array(1);
      float32ToBfloat16(Float32Array.of(value), bits);
      expect(bfloat16ToFloat32(bits)[0]).toBe(rounded[0]);
      if (!Number.isFinite(value)) {
        expect(rounded[0]).toBe(value);
        return;
      }
      // The two neighbours whose lower half is zero: one has the same upper half, the other the next one away from zero.
      const [near, far] = bfloat16ToFloat32(Uint16Array.of(upper(value), upper(value) + 1));
      const [toNear, toFar] = [
        Math.abs(value - near!),
        Math.abs((Number.isFinite(far!) ? far! : Math.sign(value) * 2 ** 128) - value),
      ];
      const isEven = upper(value) % 2 === 0;
      expect(rounded[0]).toBe(toNear < toFar || (toNear === toFar && isEven) ? near : far);
    }),
    { numRuns: 2000 },
  );
});

it('keeps NaN, infinity and minus zero, and rounds what is too large to infinity', () => {
  const largest = (2 - 2 ** -23) * 2 ** 127;
  const values = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, largest);
  // A NaN all of whose bits are set.
  new Uint32Array(values.buffer)[0] = 0xffffffff;
  roundToBfloat16(values);
  expect([...values]).toEqual([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, Number.POSITIVE_INFINITY]);
});
