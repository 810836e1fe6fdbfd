/**
 * Widens IEEE 754 binary16 to float32, exactly.
 *
 * @param halves the bit patterns
 * @returns as many floats
 */
export function float16ToFloat32(halves: Uint16Array): Float32Array {
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    const sign = halves[i]! & 0x8000 ? -1 : 1;
    const exponent = (halves[i]! >>> 10) & 0x1f;
    const mantissa = halves[i]! & 0x3ff;
    floats[i] = sign * float16Magnitude(exponent, mantissa);
  }
  return floats;
}

function float16Magnitude(exponent: number, mantissa: number): number {
  if (exponent === 31) return mantissa === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  // Subnormal numbers have the exponent of the smallest normal one and no leading 1. The unit in the last place is 2^-24 there.
  if (exponent === 0) return mantissa / 16777216;
  return ((1024 + mantissa) * (1 << exponent)) / 33554432;
}

/**
 * Widens bfloat16, the upper half of a float32, exactly.
 *
 * @param halves the bit patterns
 * @param target gets as many floats; default a new array
 */
export function bfloat16ToFloat32(halves: Uint16Array, target: Float32Array = new Float32Array(halves.length)): Float32Array {
  const bits = bitsOf(target);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return target;
}

/**
 * Narrows to the nearest bfloat16, ties to even.
 *
 * @param target gets the bit patterns
 */
export function float32ToBfloat16(values: Float32Array, target: Uint16Array): void {
  const bits = bitsOf(values);
  for (let i = 0; i < bits.length; i++) target[i] = nearestUpperHalf(bits[i]!);
}

/** Replaces each value by the nearest bfloat16. */
export function roundToBfloat16(values: Float32Array): void {
  const bits = bitsOf(values);
  for (let i = 0; i < bits.length; i++) bits[i] = nearestUpperHalf(bits[i]!) << 16;
}

const bitsOf = ({ buffer, byteOffset, length }: Float32Array) => new Uint32Array(buffer, byteOffset, length);

/** The upper half of a float32's bits, rounded. NaN stays NaN; a carry out of the mantissa correctly increments the exponent. */
function nearestUpperHalf(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** The bits of float16 infinity, without the sign. */
export const INFINITE_FLOAT16 = 0x7c00;

const floats = new Float32Array(1);
const bits = new Uint32Array(floats.buffer);

/**
 * The bits of the float16 (IEEE 754 binary16) nearest to a float32, ties to even; infinity from 65520 on.
 */
export function float16Bits(value: number): number {
  floats[0] = value;
  const sign = (bits[0]! >>> 16) & 0x8000;
  const magnitude = bits[0]! & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | INFINITE_FLOAT16;
  if (magnitude < 0x38800000) {
    // Subnormal: whole multiples of 2^-24. After adding 2^23 units, the rounded multiples are the low bits of the sum.
    floats[0] = Math.abs(value) * 16777216 + 8388608;
    return sign | (bits[0]! & 0x7fffff);
  }
  // From 8 bits of exponent to 5, and from 23 bits of mantissa to 10. A carry out of the mantissa correctly increments the exponent.
  const odd = (magnitude >>> 13) & 1;
  return sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
}
