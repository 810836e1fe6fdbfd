/**
 * exp, log, tanh and sigmoid over four lanes. Every step is an exactly defined IEEE operation, so the bits are the same on every machine.
 * There is no branch, and NaN stays NaN.
 */
import {
  EXP_POLYNOMIAL,
  LN_2_HIGH,
  LN_2_LOW,
  LOG_POLYNOMIAL,
  LOG2_E,
  ROUND_TO_INTEGER,
  SIGMOID_EXP_POLYNOMIAL,
  TANH_DENOMINATOR,
  TANH_NUMERATOR,
  TANH_SATURATION,
} from './approximations.js';
import type { VectorScope } from './function-frame.js';
import { f32x4, i32x4, v128 } from './instructions.js';
import type { Code } from './wasm-encoder.js';

const { abs, add, subtract, multiply, divide, sqrt, pseudoMaximum, pseudoMinimum, lessThan, greaterThan } = f32x4;

/** Exponent field of 1: adding it to n << 23 makes the bits of 2^n. */
const ONE_BITS = 0x3f800000;
const EXPONENT_SHIFT = 23;

/** e^x; subnormal results are kept, and from 88.7229 on the result is infinity. */
export function vectorExp(scope: VectorScope, x: Code): Code {
  const { y, n } = reducedExp(scope, clamp(scope, x, -104, 89), 1, EXP_POLYNOMIAL);
  // n ranges from -150 to 128, more than one exponent field holds: 2^n is applied as two factors of about its square root.
  const exponent = scope.share(i32x4.shiftLeft(n, EXPONENT_SHIFT));
  const half = scope.share(v128.and(i32x4.shiftRightSigned(exponent, 1), scope.bits(-1 << EXPONENT_SHIFT)));
  const otherHalf = i32x4.subtract(exponent, half);
  const one = scope.bits(ONE_BITS);
  return multiply(multiply(y, i32x4.add(half, one)), i32x4.add(otherHalf, one));
}

/** 1 / (1 + e^-x) */
export function vectorSigmoid(scope: VectorScope, x: Code): Code {
  // Clamped so that n fits the exponent field: at -127 the factor is 0 and at 128 infinity, which are the correct results.
  const { y, n } = reducedExp(scope, clamp(scope, x, -88.8, 88.02), -1, SIGMOID_EXP_POLYNOMIAL);
  const power = i32x4.add(i32x4.shiftLeft(n, EXPONENT_SHIFT), scope.bits(ONE_BITS));
  const one = scope.constant(1);
  return divide(one, add(one, multiply(y, power)));
}

/**
 * Splits e^(sign * x) into y * 2^n with y in [0.7, 1.42].
 * @returns n in the low bits of a float32 as large as ROUND_TO_INTEGER: a shift left by 23 removes the other bits
 */
function reducedExp(scope: VectorScope, x: Code, sign: 1 | -1, coefficients: readonly number[]): { y: Code; n: Code } {
  const argument = scope.share(x);
  const round = scope.constant(ROUND_TO_INTEGER);
  const rounded = scope.share(add(multiply(argument, scope.constant(sign * LOG2_E)), round));
  const n = scope.share(subtract(rounded, round));
  const high =
    sign === 1
      ? subtract(argument, multiply(n, scope.constant(LN_2_HIGH)))
      : subtract(multiply(n, scope.constant(-LN_2_HIGH)), argument);
  const r = scope.share(add(high, multiply(n, scope.constant(LN_2_LOW))));
  const square = scope.share(multiply(r, r));
  const y = add(add(multiply(polynomial(scope, r, square, coefficients), square), r), scope.constant(1));
  return { y, n: rounded };
}

/** tanh(x), as an odd rational function of x. */
export function vectorTanh(scope: VectorScope, value: Code): Code {
  const x = scope.share(clamp(scope, value, -TANH_SATURATION, TANH_SATURATION));
  const square = scope.share(multiply(x, x));
  const fourth = scope.share(multiply(square, square));
  const numerator = multiply(x, polynomial(scope, square, fourth, TANH_NUMERATOR));
  return divide(numerator, polynomial(scope, square, fourth, TANH_DENOMINATOR));
}

/** ln(x): -infinity at 0, NaN below it. */
export function vectorLog(scope: VectorScope, value: Code): Code {
  const x = scope.share(value);
  const smallestNormal = scope.constant(1.1754943508222875e-38);
  // Subnormal numbers have no exponent of their own: they are scaled up by 2^23 first.
  const subnormal = scope.share(lessThan(x, smallestNormal));
  const normal = scope.share(v128.select(multiply(x, scope.constant(8388608)), x, subnormal));
  const correction = v128.and(subnormal, scope.constant(-23));
  // x = mantissa * 2^exponent with the mantissa in [sqrt(1/2), sqrt(2)).
  const offset = scope.share(i32x4.subtract(normal, scope.bits(SQRT_HALF_BITS)));
  const exponent = scope.share(add(f32x4.fromI32x4(i32x4.shiftRightSigned(offset, EXPONENT_SHIFT)), correction));
  const mantissa = i32x4.add(v128.and(offset, scope.bits(0x007fffff)), scope.bits(SQRT_HALF_BITS));
  const f = scope.share(subtract(mantissa, scope.constant(1)));
  const square = scope.share(multiply(f, f));
  const cubic = multiply(multiply(f, square), polynomial(scope, f, square, LOG_POLYNOMIAL));
  const low = subtract(subtract(cubic, multiply(exponent, scope.constant(LN_2_LOW))), multiply(square, scope.constant(0.5)));
  const finite = add(add(f, low), multiply(exponent, scope.constant(LN_2_HIGH)));
  // For 0, negative, infinite and NaN arguments, sqrt(x) - 1 / |sqrt(x)| equals the logarithm.
  const root = scope.share(sqrt(x));
  const special = subtract(root, divide(scope.constant(1), abs(root)));
  const ordinary = v128.and(greaterThan(x, scope.constant(0)), lessThan(x, scope.constant(Number.POSITIVE_INFINITY)));
  return v128.select(finite, special, ordinary);
}

const SQRT_HALF_BITS = 0x3f3504f3;

/** Limits x to [low, high]; NaN stays NaN. */
function clamp(scope: VectorScope, x: Code, low: number, high: number): Code {
  return pseudoMinimum(pseudoMaximum(x, scope.constant(low)), scope.constant(high));
}

/**
 * A polynomial from its coefficients, highest power first, by Estrin's scheme: pairs c1 * x + c0 are terms of a polynomial in x^2. Its
 * chain of dependent operations is shorter than that of Horner's rule, and the length of this chain limits the speed.
 */
function polynomial(scope: VectorScope, x: Code, square: Code, coefficients: readonly number[]): Code {
  const ascending = coefficients.toReversed();
  const terms: Code[] = [];
  for (let power = 0; power < ascending.length; power += 2) {
    const low = scope.constant(ascending[power] as number);
    const high = ascending[power + 1];
    terms.push(high === undefined ? low : add(multiply(x, scope.constant(high)), low));
  }
  return terms.reduceRight((sum, term) => add(multiply(sum, square), term));
}
