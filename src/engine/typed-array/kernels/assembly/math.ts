// The elementary functions that softmax needs. Every step is an exactly defined IEEE operation, so the bits are the same on every machine.
// The exponential equals that of the generated elementwise loops (../../elementwise) bit for bit; its coefficients are repeated here
// because an array would become static data of the module.

const LOG2_E: f32 = 1.4426950408889634;
/** ln 2 in two parts, high - low: the product of the first with an exponent is exact (Cephes). */
const LN_2_HIGH: f32 = 0.693359375;
const LN_2_LOW: f32 = 2.1219444e-4;
/** Adding 1.5 * 2^23 and subtracting it again rounds to the nearest integer; before the subtraction the integer is in the low bits. */
const ROUND_TO_INTEGER: f32 = 12582912;
/** p in e^r = 1 + r + r^2 p(r), |r| <= ln(2) / 2, lowest power first (Cephes expf, Moshier). */
const P0: f32 = 5.0000001201e-1;
const P1: f32 = 1.6666665459e-1;
const P2: f32 = 4.1665795894e-2;
const P3: f32 = 8.3334519073e-3;
const P4: f32 = 1.3981999507e-3;
const P5: f32 = 1.98756915e-4;

/** e^x of four lanes: 0 from -104 on, subnormal results kept, infinity from 88.7229 on; NaN stays NaN. */
@inline
export function exponential(value: v128): v128 {
  // pmin and pmax give their first argument when either is NaN.
  const x = f32x4.pmin(f32x4.pmax(value, f32x4.splat(-104)), f32x4.splat(89));
  const round = f32x4.splat(ROUND_TO_INTEGER);
  const rounded = f32x4.add(f32x4.mul(x, f32x4.splat(LOG2_E)), round);
  const n = f32x4.sub(rounded, round);
  const high = f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN_2_HIGH)));
  const r = f32x4.add(high, f32x4.mul(n, f32x4.splat(LN_2_LOW)));
  const square = f32x4.mul(r, r);
  const p01 = f32x4.add(f32x4.mul(r, f32x4.splat(P1)), f32x4.splat(P0));
  const p23 = f32x4.add(f32x4.mul(r, f32x4.splat(P3)), f32x4.splat(P2));
  const p45 = f32x4.add(f32x4.mul(r, f32x4.splat(P5)), f32x4.splat(P4));
  const p = f32x4.add(f32x4.mul(f32x4.add(f32x4.mul(p45, square), p23), square), p01);
  const y = f32x4.add(f32x4.add(f32x4.mul(p, square), r), f32x4.splat(1));
  // n ranges from -150 to 128, more than one exponent field holds: 2^n is applied as two factors of about its square root.
  const exponent = i32x4.shl(rounded, 23);
  const half = v128.and(i32x4.shr_s(exponent, 1), i32x4.splat(-1 << 23));
  const one = f32x4.splat(1);
  return f32x4.mul(f32x4.mul(y, i32x4.add(half, one)), i32x4.add(i32x4.sub(exponent, half), one));
}

const LN_2_HIGH_64: f64 = 6.93147180369123816490e-1;
const LN_2_LOW_64: f64 = 1.90821492927058770002e-10;

/** ln(x) for x >= 1 and finite, with an error below 1 ulp; NaN stays NaN. Source: fdlibm's e_log.c (Sun Microsystems). */
export function logarithm(x: f64): f64 {
  if (x != x) return x;
  // x = 2^k (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2)
  const bits = reinterpret<u64>(x) + (0x3ff0000000000000 - 0x3fe6a09e00000000);
  const k = <f64>(<i32>(bits >> 52) - 0x3ff);
  const f = reinterpret<f64>((bits & 0x000fffffffffffff) + 0x3fe6a09e00000000) - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const high = 2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1);
  const odd = z * (6.66666666666673513e-1 + w * high);
  const halfSquare = 0.5 * f * f;
  return k * LN_2_HIGH_64 - (halfSquare - (s * (halfSquare + even + odd) + k * LN_2_LOW_64) - f);
}
