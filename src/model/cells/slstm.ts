import { choiceOption } from '../../foundation/options.js';
import { splitColumns } from '../../graph/operations/movement.js';
import { add, divide, exp, logSigmoid, maximum, multiply, sigmoid, subtract, tanh } from '../../graph/operations/pointwise.js';
import { declareCell, forgetBiasOption, gatedParameters } from './cell.js';

/**
 * sLSTM (Beck, Pöppel, Spanring, Auer, Prudnikova, Kopp, Klambauer, Brandstetter and Hochreiter 2024, "xLSTM", equations 8 to 17): an LSTM
 * whose input gate, and if wanted forget gate, is exponential. n sums the gates and divides the cell state; m keeps the exponents small, and
 * has no influence on h.
 *
 *     z = tanh(W x + b + U h + b')    i = exp(...)    f = sigmoid(...) or exp(...)    o = sigmoid(...)
 *     m' = max(log f + m, log i)    i' = exp(log i - m')    f' = exp(log f + m - m')
 *     c = f' * c + i' * z    n = f' * n + i'    h = o * c / n
 */
export const slstm = declareCell({
  type: 'slstm',
  name: ({ forget }) => `sLSTM (${forget} forget gate)`,
  describe: 'LSTM with an exponential input gate and a normalizer state, of the xLSTM (Beck et al. 2024).',
  options: {
    forget: choiceOption(['sigmoid', 'exponential'], 'sigmoid', 'Function of the forget gate; the paper allows both.'),
    forgetBias: forgetBiasOption,
  },
  create: ({ forget, forgetBias }) => ({
    parameters: gatedParameters({ gates: 4, forgetGate: 1, forgetBias }),
    states: (size) => [
      { name: 'h', columns: size },
      // c and n are multiples of exp(-m): one of them from another step would have another scale.
      ...['c', 'n', 'm'].map((name) => ({ name, columns: size, zoneout: false }) as const),
    ],
    retention: { tap: 'retained' },
    step(x, [h, c, n, m], { weight_ih, weight_hh, bias_ih, bias_hh }, { tap, linear, update }) {
      const [logI, zf, zz, zo] = splitColumns(add(linear(x, weight_ih!, bias_ih!), linear(h!, weight_hh!, bias_hh!)), 4);
      const logF = forget === 'sigmoid' ? logSigmoid(zf!) : zf!;
      const stabilizer = maximum(add(logF, m!), logI!);
      const i = tap('gate.i', exp(subtract(logI!, stabilizer)));
      const f = tap('gate.f', exp(subtract(add(logF, m!), stabilizer)));
      const z = tap('candidate.z', tanh(zz!));
      const o = tap('gate.o', sigmoid(zo!));
      const cell = add(multiply(f, c!), multiply(i, update(z)));
      const normalizer = add(multiply(f, n!), i);
      // f and i have a common scale, which m chooses. What is kept is the share of the old c / n in the new one: f * n / (f * n + i).
      tap('retained', divide(multiply(f, n!), normalizer));
      const output = multiply(o, divide(cell, normalizer));
      return { output, state: [output, cell, normalizer, stabilizer] };
    },
  }),
});
