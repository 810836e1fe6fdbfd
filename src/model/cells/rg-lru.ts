import type { Random } from '../../foundation/random.js';
import type { Node } from '../../graph/node.js';
import { splitColumns } from '../../graph/operations/movement.js';
import {
  add,
  constant,
  exp,
  logSigmoid,
  maximum,
  multiply,
  negate,
  sigmoid,
  sqrt,
  tanh,
} from '../../graph/operations/pointwise.js';
import { declareCell, gatedParameters, statesOfSize } from './cell.js';

/** The constant c of the paper. */
const C = 8;

/**
 * The real-gated linear recurrent unit (De, Smith, Fernando, Botev et al. 2024, "Griffin", equations 1 to 4): a diagonal linear recurrence
 * whose decay a gate changes, so that all products of a window are one.
 *
 *     r, i = sigmoid(W x + b)      a = sigmoid(lambda)^(c r), c = 8
 *     h = a * h + sqrt(1 - a^2) * (i * x)
 *
 * If the layer has other numbers of inputs and outputs, x in all equations is the product of the input and a matrix.
 */
export const rgLru = declareCell({
  type: 'rg-lru',
  name: () => 'RG-LRU',
  describe: "Real-gated linear recurrent unit of Griffin: h' = a*h + sqrt(1-a^2)*(i*x) (De et al. 2024).",
  options: {},
  create: () => ({
    parameters: (inputSize, size) => [
      ...(inputSize === size ? [] : [{ name: 'weight_in', shape: [size, inputSize], role: 'input' } as const]),
      ...gatedParameters({ gates: 2, recurrent: false, biases: ['bias'] })(size, size),
      { name: 'lambda', shape: [size], role: 'bias', initial: drawLambda },
    ],
    states: statesOfSize('h'),
    retention: { tap: 'gate.a' },
    step(input, [h], { weight_in, weight_ih, bias, lambda }, { tap, linear, update }) {
      const x = weight_in ? linear(input, weight_in) : input;
      const [xr, xi] = splitColumns(linear(x, weight_ih!, bias!), 2);
      const r = tap('gate.r', sigmoid(xr!));
      const i = tap('gate.i', sigmoid(xi!));
      const logA = multiply(multiply(constant(C), logSigmoid(lambda!)), r);
      const a = tap('gate.a', exp(logA));
      const output = add(multiply(a, h!), multiply(complement(a, logA), multiply(i, update(x))));
      return { output, state: [output] };
    },
  }),
});

/**
 * sqrt(1 - a^2). As -tanh(ln a) (1 + a^2) the difference keeps its digits where a is close to 1. It is kept from 0, where a square root has
 * no derivative.
 */
function complement(a: Node, logA: Node): Node {
  const difference = multiply(negate(tanh(logA)), add(constant(1), multiply(a, a)));
  return sqrt(maximum(difference, constant(1e-30)));
}

/** Values of lambda with which sigmoid(lambda)^c is uniform between 0.9 and 0.999 (section 2.4). */
function drawLambda(values: Float32Array, random: Random): void {
  for (let i = 0; i < values.length; i++) {
    const logA = Math.log(0.9 + 0.099 * random.uniform()) / C;
    values[i] = logA - Math.log(-Math.expm1(logA));
  }
}
