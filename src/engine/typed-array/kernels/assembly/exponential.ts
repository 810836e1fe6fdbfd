// exp and log for the softmax. The coefficients are those of ../../elementwise/approximations.ts (Cephes).

const LOWEST: f32 = -87.33655;

/** e^x of four values that are at most 0, give or take rounding: 0 below -87.3, NaN for NaN; within 1 ulp elsewhere. */
@inline
export function exponential(x: v128): v128 {
  const shift = f32x4.splat(12582912.0);
  const inside = f32x4.max(x, f32x4.splat(LOWEST));
  const shifted = f32x4.add(f32x4.mul(inside, f32x4.splat(1.4426950408889634)), shift);
  const n = f32x4.sub(shifted, shift);
  let r = f32x4.sub(inside, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.add(r, f32x4.mul(n, f32x4.splat(2.1219444e-4)));
  let p = f32x4.splat(1.98756915e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  const y = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1.0));
  // The integer n stands in the low bits of `shifted`: moved into the exponent it is the factor 2^n.
  const power = i32x4.shl(i32x4.add(shifted, i32x4.splat(127)), 23);
  return v128.andnot(f32x4.mul(y, power), f32x4.lt(x, f32x4.splat(LOWEST)));
}

/** ln x of one positive, normal number; NaN for NaN. */
export function logarithm(x: f32): f32 {
  if (!(x < Infinity)) return x;
  const bits = reinterpret<i32>(x);
  let exponent = (bits >> 23) - 126;
  let m = reinterpret<f32>((bits & 0x007fffff) | 0x3f000000);
  if (m < 0.70710678118654752) {
    exponent--;
    m = m + m - 1.0;
  } else {
    m = m - 1.0;
  }
  const square = m * m;
  let p: f32 = 7.0376836292e-2;
  p = p * m - 1.151461031e-1;
  p = p * m + 1.167699874e-1;
  p = p * m - 1.2420140846e-1;
  p = p * m + 1.4249322787e-1;
  p = p * m - 1.6668057665e-1;
  p = p * m + 2.0000714765e-1;
  p = p * m - 2.4999993993e-1;
  p = p * m + 3.3333331174e-1;
  const e = <f32>exponent;
  const small = p * m * square - e * <f32>2.1219444e-4 - square * 0.5;
  return m + small + e * <f32>0.693359375;
}
