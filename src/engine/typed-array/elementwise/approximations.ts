/**
 * Coefficients of the elementary functions, highest power first; each is rounded to float32 where it is used. Errors are
 * against float64, in units in the last place of the float32 result, over every 101st of all float32 numbers.
 */

/** Adding 1.5 * 2^23 and subtracting it again rounds to the nearest integer; before the subtraction the integer is in the low bits. */
export const ROUND_TO_INTEGER = 12582912;

export const LOG2_E = 1.4426950408889634;

/** ln 2 in two parts, LN_2_HIGH - LN_2_LOW: the first has so few digits that its product with an exponent is exact (Cephes). */
export const LN_2_HIGH = 0.693359375;
export const LN_2_LOW = 2.1219444e-4;

/**
 * p in e^r = 1 + r + r^2 * p(r), |r| <= ln(2) / 2. Source: Cephes expf (Moshier).
 * Largest error of exp: 0.96 ulp.
 */
export const EXP_POLYNOMIAL = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
];

/**
 * The same polynomial with two terms fewer, for the sigmoid: minimax in relative error (1.07e-7), fitted by iteratively reweighted least
 * squares (Lawson). It is a sixth faster than EXP_POLYNOMIAL, with which the error of sigmoid would be 2.1 ulp.
 *
 * Largest error of sigmoid: 3.3 ulp, 2.2e-7 relative for |x| <= 15; below -88.38, where the result is subnormal, it is 0. The form 0.5 +
 * 0.5 * tanh(x / 2) would be no faster, and small results would lose their digits: at -15 already a third of the value.
 */
export const SIGMOID_EXP_POLYNOMIAL = [8.312426507e-3, 4.189101979e-2, 1.666711867e-1, 4.999922514e-1];

/**
 * tanh(x) = x * p(x^2) / q(x^2). Source: Eigen's ptanh_float, a minimax fit on [-8.67, 8.67] of odd degree 9 over even degree 8, made with
 * rminimax. Both constants are 1, so that a tiny x gives x itself. Largest error: 5.3 ulp, 3.2e-7 relative. (Eigen's older fit, odd degree
 * 13 over even degree 6, is a tenth slower and loses all digits of subnormal numbers.)
 */
export const TANH_NUMERATOR = [1.394553628e-8, 2.10273356e-5, 3.520756727e-3, 1.3402161e-1, 1];
export const TANH_DENOMINATOR = [8.015776984e-7, 3.326951409e-4, 2.597254514e-2, 4.67354834e-1, 1];
/** The smallest number at which the quotient, in float32 and in the order computed here, is exactly 1: |x| is limited to it. */
export const TANH_SATURATION = 7.8799214363098145;

/**
 * p in ln(1 + f) = f - f^2 / 2 + f^3 * p(f), sqrt(1/2) <= 1 + f < sqrt(2). Source: Cephes logf (Moshier).
 * Largest error of log: 0.81 ulp.
 */
export const LOG_POLYNOMIAL = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1,
  -2.4999993993e-1, 3.3333331174e-1,
];
