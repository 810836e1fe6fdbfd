import { optional, wholeNumberOption } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { batchedProduct } from '../../graph/operations/batched-product.js';
import { concatenate, splitColumns } from '../../graph/operations/movement.js';
import {
  add,
  constant,
  divide,
  exp,
  logSigmoid,
  maximum,
  multiply,
  negate,
  sigmoid,
  subtract,
} from '../../graph/operations/pointwise.js';
import { rowSums } from '../../graph/operations/sums.js';
import { unequalHeads } from '../option-misfit.js';
import { declareCell, forgetBiasOption, gatedParameters } from './cell.js';

/**
 * mLSTM (Beck, Pöppel, Spanring, Auer, Prudnikova, Kopp, Klambauer, Brandstetter and Hochreiter 2024, "xLSTM", equations 19 to 27, with the
 * stabilizer of its appendix): a memory of pairs of keys k and values v in a matrix C for each head, which is read with a query q. Gates do not
 * see the state, so that all products of a window are one. i and f are one number for each head of d values. The forget gate is a sigmoid, as
 * in the authors' program. With the exponential one, which the paper also allows, exp(-m) becomes very small, and h is divided by sums near 0.
 *
 *     q, v = W x + b    k = (W x + b) / sqrt(d)    o = sigmoid(W x + b)    i = exp(...)    f = sigmoid(...)
 *     m' = max(log f + m, log i)    i' = exp(log i - m')    f' = exp(log f + m - m')
 *     C = f' C + i' v k'    n = f' n + i' k    h = o * C q / max(|n . q|, exp(-m'))
 */
export const mlstm = declareCell({
  type: 'mlstm',
  name: () => 'mLSTM',
  describe: "LSTM whose memory is a matrix of keys and values: C' = f*C + i*v*k', of the xLSTM (Beck et al. 2024).",
  options: {
    heads: optional(
      wholeNumberOption(
        1,
        64,
        1,
        'Number of equal parts of the layer, each with a memory of its own. More heads have smaller memories.',
      ),
      '4, 2 or 1, the first that divides the size',
    ),
    forgetBias: forgetBiasOption,
  },
  misfit: ({ heads = 1 }, { size }) => unequalHeads(heads, size),
  create: ({ heads: wanted, forgetBias }) => ({
    parameters(inputSize, size) {
      const common = { blocks: 2, fan: inputSize } as const;
      const rows = 2 * headsOf(size, wanted);
      return [
        ...gatedParameters({ gates: 4, recurrent: false, biases: ['bias'] })(inputSize, size),
        { ...common, name: 'weight_if', shape: [rows, inputSize], role: 'input' },
        { ...common, name: 'bias_if', shape: [rows], role: 'bias', forgetGate: { block: 1, share: 1, bias: forgetBias } },
      ];
    },
    // C and n are multiples of exp(-m): one of them from another step would have another scale.
    states: (size) => [
      { name: 'C', columns: (size * size) / headsOf(size, wanted), zoneout: false },
      { name: 'n', columns: size, zoneout: false },
      { name: 'm', columns: headsOf(size, wanted), zoneout: false },
    ],
    retention: { tap: 'retained' },
    step(x, [C, n, m], { weight_ih, bias, weight_if, bias_if }, { tap, linear, update }) {
      const [q, xk, xv, xo] = splitColumns(linear(x, weight_ih!, bias!), 4);
      const [logI, zf] = splitColumns(linear(x, weight_if!, bias_if!), 2);
      const logF = logSigmoid(zf!);
      // f below has a scale that m chooses. Without it, C and n are multiplied by the sigmoid itself.
      tap('retained', sigmoid(zf!));
      const stabilizer = maximum(add(logF, m!), logI!);
      const i = tap('gate.i', exp(subtract(logI!, stabilizer)));
      const f = tap('gate.f', exp(subtract(add(logF, m!), stabilizer)));
      const o = tap('gate.o', sigmoid(xo!));
      const k = multiply(xk!, constant(Math.sqrt(m!.columns / q!.columns)));
      const v = update(tap('candidate.v', xv!));
      const whole = { i, f, q: q!, k, v, C: C!, n: n!, least: exp(negate(stabilizer)) };
      const heads = cutIntoHeads(whole, m!.columns).map(stepOfHead);
      const [read, memory, sum] = (['read', 'C', 'n'] as const).map((name) =>
        concatenate(
          heads.map((head) => head[name]),
          'columns',
        ),
      );
      return { output: multiply(o, read!), state: [memory!, sum!, stabilizer] };
    },
  }),
});

const headsOf = (size: number, wanted: number | undefined) => wanted ?? [4, 2, 1].find((heads) => size % heads === 0)!;

/** Values of a head of d units: i, f and the least divisor [B, 1], q, k, v and n [B, d], C [B, d*d]; or of all heads, side by side. */
type Head = Readonly<Record<'i' | 'f' | 'q' | 'k' | 'v' | 'C' | 'n' | 'least', Node>>;

function cutIntoHeads(all: Head, heads: number): Head[] {
  const parts = Object.entries(all).map(([name, value]) => [name, splitColumns(value, heads)] as const);
  return Array.from({ length: heads }, (_, j) => Object.fromEntries(parts.map(([name, own]) => [name, own[j]])) as Head);
}

function stepOfHead({ i, f, q, k, v, C, n, least }: Head) {
  const memory = add(multiply(f, C), multiply(i, batchedProduct(v, k, v.columns)));
  const sum = add(multiply(f, n), multiply(i, k));
  const weight = rowSums(multiply(sum, q));
  const divisor = maximum(maximum(weight, negate(weight)), least);
  return { C: memory, n: sum, read: divide(batchedProduct(memory, q, q.columns), divisor) };
}
