import { splitColumns } from '../../graph/operations/movement.js';
import { add, constant, multiply, sigmoid, subtract } from '../../graph/operations/pointwise.js';
import { declareCell, statesOfSize } from './cell.js';
import { modRelu, rotated, rotationParameters } from './exp-rnn.js';

/**
 * The gated orthogonal recurrent unit (Jing, Gulcehre, Peurifoy, Shen, Tegmark, Soljačić and Bengio 2019, "Gated orthogonal recurrent units:
 * on learning to forget"): a GRU whose recurrent matrix of the candidate is a rotation, here that of {@link rotated}. It keeps what it has
 * read over any number of steps, as a rotation does, and forgets it when a gate says so.
 *
 *     r, z = sigmoid(W x + U h + b)      n = modReLU(W x + r * (Q h), b)
 *     h = (1 - z) * n + z * h
 */
export const goru = declareCell({
  type: 'goru',
  name: () => 'GORU',
  describe: "Gated orthogonal recurrent unit, a GRU with a rotation: h' = (1-z)*n + z*h (Jing et al. 2019).",
  options: {},
  create: () => ({
    parameters: (inputSize, size) => [
      { name: 'weight_ih', shape: [3 * size, inputSize], role: 'input', blocks: 3, fan: size },
      { name: 'weight_hh', shape: [2 * size, size], role: 'recurrent', blocks: 2, fan: size },
      { name: 'bias', shape: [2 * size], role: 'bias', blocks: 2, fan: size },
      ...rotationParameters(size),
      { name: 'bias_n', shape: [size], role: 'bias', initial: 0 },
    ],
    states: statesOfSize('h'),
    retention: { tap: 'gate.z' },
    step(x, [h], { weight_ih, weight_hh, bias, weight_u, weight_v, bias_n }, { tap, linear, update }) {
      const [xr, xz, xn] = splitColumns(linear(x, weight_ih!), 3);
      const [hr, hz] = splitColumns(linear(h!, weight_hh!, bias!), 2);
      const r = tap('gate.r', sigmoid(add(xr!, hr!)));
      const z = tap('gate.z', sigmoid(add(xz!, hz!)));
      const n = tap('candidate.n', modRelu(add(xn!, multiply(r, rotated(h!, weight_u!, weight_v!))), bias_n!));
      const output = add(multiply(subtract(constant(1), z), update(n)), multiply(z, h!));
      return { output, state: [output] };
    },
  }),
});
