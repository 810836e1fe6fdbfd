/**
 * Mathematical functions computed with +, -, *, / and square root alone. IEEE 754 fixes the bits of these five, so the results are the same
 * on every machine; it does not fix those of the library's log, sin or cos. `logSumExpOf` is the exception.
 */

/**
 * The value z with P(Z < z) = probability for a standard normal Z; relative error about 1e-16. `probability` lies strictly
 * between 0 and 1.
 *
 * Source: Wichura, "Algorithm AS 241: the percentage points of the normal distribution" (1988), PPND16.
 */
export function normalQuantile(probability: number): number {
  const q = probability - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(0.180625 - q * q, centre);
  const tail = q < 0 ? probability : 1 - probability;
  const r = Math.sqrt(-naturalLogarithm(tail));
  const z = r <= 5 ? ratio(r - 1.6, shoulder) : ratio(r - 5, farTail);
  return q < 0 ? -z : z;
}

/** A quotient of two polynomials, coefficients from the highest power down. */
interface Ratio {
  numerator: readonly number[];
  denominator: readonly number[];
}

const centre: Ratio = {
  numerator: [
    2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4, 1.3731693765509461125e4,
    1.9715909503065514427e3, 1.3314166789178437745e2, 3.387132872796366608,
  ],
  denominator: [
    5.226495278852854561e3, 2.8729085735721942674e4, 3.930789580009271061e4, 2.1213794301586595867e4, 5.3941960214247511077e3,
    6.871870074920579083e2, 4.2313330701600911252e1, 1,
  ],
};

const shoulder: Ratio = {
  numerator: [
    7.7454501427834140764e-4, 2.27238449892691845833e-2, 2.4178072517745061177e-1, 1.27045825245236838258,
    3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
  ],
  denominator: [
    1.05075007164441684324e-9, 5.475938084995344946e-4, 1.51986665636164571966e-2, 1.4810397642748007459e-1,
    6.8976733498510000455e-1, 1.6763848301838038494, 2.05319162663775882187, 1,
  ],
};

const farTail: Ratio = {
  numerator: [
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.2426609473880784386e-3, 2.6532189526576123093e-2,
    2.9656057182850489123e-1, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
  ],
  denominator: [
    2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
    1.48753612908506148525e-2, 1.3692988092273580531e-1, 5.9983220655588793769e-1, 1,
  ],
};

function ratio(x: number, { numerator, denominator }: Ratio): number {
  return polynomial(x, numerator) / polynomial(x, denominator);
}

function polynomial(x: number, coefficients: readonly number[]): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

/**
 * base^exponent for base > 0 and any real exponent, relative error about 1e-15. The bits are the same on every machine; the last bits of
 * Math.pow differ between versions of V8.
 */
export function realPower(base: number, exponent: number): number {
  return exponential(exponent * naturalLogarithm(base));
}

/** e^x, from the Taylor series of e^r with x = k ln 2 + r and |r| <= ln(2) / 2. */
function exponential(x: number): number {
  const k = Math.round(x / Math.LN2);
  const r = x - k * 6.9314718036912381649e-1 - k * 1.90821492927058770002e-10;
  let term = 1;
  let sum = 1;
  for (let n = 1; n <= 16; n++) {
    term *= r / n;
    sum += term;
  }
  // Doubling and halving are exact.
  for (let n = 0; n < k; n++) sum *= 2;
  for (let n = 0; n > k; n--) sum /= 2;
  return sum;
}

/** Natural logarithm of x > 0, within one unit in the last place. Source: FreeBSD msun, e_log.c (Sun Microsystems). */
function naturalLogarithm(x: number): number {
  // x = m * 2^exponent with m in [sqrt(1/2), sqrt(2)); doubling and halving are exact.
  let m = x;
  let exponent = 0;
  while (m >= Math.SQRT2) {
    m /= 2;
    exponent++;
  }
  while (m < Math.SQRT1_2) {
    m *= 2;
    exponent--;
  }
  const f = m - 1;
  const s = f / (2 + f);
  const remainder = polynomial(s * s, logarithmSeries);
  const halfSquare = 0.5 * f * f;
  // ln 2 in two parts: the first has trailing zeros, so that its product with the exponent is exact.
  return (
    exponent * 6.9314718036912381649e-1 -
    (halfSquare - (s * (halfSquare + remainder) + exponent * 1.90821492927058770002e-10) - f)
  );
}

const logarithmSeries = [
  1.479819860511658591e-1, 1.531383769920937332e-1, 1.818357216161805012e-1, 2.222219843214978396e-1, 2.857142874366239149e-1,
  3.999999999940941908e-1, 6.66666666666673513e-1, 0,
];

/**
 * The cosine and the sine of an angle of at most some millions; the absolute error is about 1e-15 times the number of quarter turns, and
 * the bits are the same on every machine. Taylor series of the angle reduced to an eighth of a turn.
 */
export function cosineAndSine(angle: number): [cosine: number, sine: number] {
  const quarters = Math.round(angle / (Math.PI / 2));
  // pi / 2 in two parts: the first has trailing zeros, so that its product with the quarters is exact.
  const r = angle - quarters * 1.57079632673412561417 - quarters * 6.07710050650619224932e-11;
  let [cosine, sine, term] = [1, r, 1];
  for (let n = 1; n <= 9; n++) {
    term *= -(r * r) / ((2 * n - 1) * (2 * n));
    cosine += term;
    sine += (term * r) / (2 * n + 1);
  }
  const turn = ((quarters % 4) + 4) % 4;
  if (turn === 1) return [-sine, cosine];
  if (turn === 2) return [-cosine, -sine];
  return turn === 3 ? [sine, -cosine] : [cosine, sine];
}

/** ln of the sum of exp(value), in float64 and without overflow: the log of the softmax's normalizer. */
export function logSumExpOf(values: Float32Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) if (values[i]! > largest) largest = values[i]!;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - largest);
  return largest + Math.log(sum);
}
