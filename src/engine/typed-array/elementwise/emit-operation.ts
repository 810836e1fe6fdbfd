import { vectorExp, vectorLog, vectorSigmoid, vectorTanh } from './elementary-functions.js';
import type { ElementwiseOperation } from './elementwise-kernel.js';
import type { VectorScope } from './function-frame.js';
import { f32x4, v128 } from './instructions.js';
import type { Code } from './wasm-encoder.js';

type Emitter = (scope: VectorScope, a: Code, b: Code) => Code;

const SIGN_BIT = 0x80000000;

const EMITTERS: Record<Exclude<ElementwiseOperation, 'constant'>, Emitter> = {
  add: (_, a, b) => f32x4.add(a, b),
  subtract: (_, a, b) => f32x4.subtract(a, b),
  multiply: (_, a, b) => f32x4.multiply(a, b),
  divide: (_, a, b) => f32x4.divide(a, b),
  maximum: (_, a, b) => f32x4.maximum(a, b),
  minimum: (_, a, b) => f32x4.minimum(a, b),
  negate: (_, a) => f32x4.negate(a),
  sqrt: (_, a) => f32x4.sqrt(a),
  abs: (_, a) => f32x4.abs(a),
  // x < 0 ? 0 : x, so that NaN stays NaN (and -0 stays -0).
  relu: (scope, a) => f32x4.pseudoMaximum(a, scope.constant(0)),
  greater: (scope, a, b) => v128.and(f32x4.greaterThan(a, b), scope.constant(1)),
  // 1 with the sign of a; zeros and NaN are their own sign, as in Math.sign.
  sign: (scope, a) => {
    const x = scope.share(a);
    const one = v128.or(v128.and(x, scope.bits(SIGN_BIT)), scope.constant(1));
    return v128.select(one, x, f32x4.greaterThan(f32x4.abs(x), scope.constant(0)));
  },
  exp: vectorExp,
  log: vectorLog,
  tanh: vectorTanh,
  sigmoid: vectorSigmoid,
};

/**
 * Code that leaves the result of one operation on the stack, for four elements at once. Subexpressions that are used more than once are
 * stored in the scope.
 */
export function emitOperation(
  scope: VectorScope,
  operation: Exclude<ElementwiseOperation, 'constant'>,
  operands: readonly Code[],
): Code {
  const [a = [], b = []] = operands;
  return EMITTERS[operation](scope, a, b);
}
