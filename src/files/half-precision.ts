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
 * @returns as many floats
 */
export function bfloat16ToFloat32(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}
