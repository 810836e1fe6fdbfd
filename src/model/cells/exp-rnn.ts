import type { Random } from '../../foundation/random.js';
import type { Node } from '../../graph/node.js';
import { matrixProduct } from '../../graph/operations/matrix-product.js';
import { add, constant, maximum, multiply, negate, relu, sign, subtract } from '../../graph/operations/pointwise.js';
import type { ParameterSpecification } from '../declarations.js';
import { declareCell, linear as product, statesOfSize } from './cell.js';

/**
 * expRNN (Lezcano-Casado and Martínez-Rubio 2019, "Cheap orthogonal constraints in neural networks"): the recurrent matrix is the
 * exponential of a skew-symmetric one, and therefore a rotation. States and gradients neither fade nor explode over any number of steps.
 *
 *     Q = exp(U V' - V U')      h = modReLU(Q h + W x, b)
 *
 * With half as many columns as rows in U and V, each skew-symmetric matrix is such a difference. At first Q turns pairs of units by angles
 * uniform between -pi and pi (Henaff et al. 2016), and b is 0.
 */
export const expRnn = declareCell({
  type: 'exp-rnn',
  name: () => 'expRNN',
  describe:
    'Recurrent network with an orthogonal matrix, the exponential of a skew-symmetric one (Lezcano-Casado and Martínez-Rubio 2019).',
  options: {},
  create: () => ({
    parameters: (inputSize, size) => [
      { name: 'weight_ih', shape: [size, inputSize], role: 'input' },
      ...rotationParameters(size),
      { name: 'bias', shape: [size], role: 'bias', initial: 0 },
    ],
    states: statesOfSize('h'),
    unbounded: { name: 'an expRNN', remedy: 'clip gradients, or reset states between documents' },
    step(x, [h], { weight_ih, weight_u, weight_v, bias }, { tap, linear }) {
      const output = modRelu(add(tap('rotated', rotated(h!, weight_u!, weight_v!)), linear(x, weight_ih!)), bias!);
      return { output, state: [output] };
    },
  }),
});

/** The parameters U and V of a rotation, weight_u and weight_v (size, half of it). */
export function rotationParameters(size: number): readonly ParameterSpecification[] {
  const pairs = Math.max(1, Math.floor(size / 2));
  const common = { shape: [size, pairs], role: 'recurrent' } as const;
  return [
    { ...common, name: 'weight_u', initial: (values) => setDiagonal(values, pairs, 0, () => 1) },
    { ...common, name: 'weight_v', initial: (values, random) => setDiagonal(values, pairs, pairs, () => drawAngle(random)) },
  ];
}

/** Q h with Q = exp(U V' - V U'), a rotation of the rows of h. */
export function rotated(h: Node, U: Node, V: Node): Node {
  const S = subtract(product(U, V), product(V, U));
  return add(h, product(h, exponentialMinusIdentity(S)));
}

/** sign(z) * max(|z| + b, 0) (modReLU, Arjovsky et al. 2016): the size of a value decides whether it passes, its sign is kept. */
export function modRelu(z: Node, bias: Node): Node {
  return multiply(sign(z), relu(add(maximum(z, negate(z)), bias)));
}

/**
 * exp(S) - I by scaling and squaring (Higham 2005): six terms of the series for S / 256, then eight squarings, exact for angles of several
 * turns. E = exp(S) - I keeps the digits that are lost beside the ones of I: (I + E)^2 = I + 2 E + E^2.
 */
function exponentialMinusIdentity(S: Node): Node {
  const times = (factor: number, a: Node) => multiply(constant(factor), a);
  const X = times(1 / 256, S);
  const X2 = matrixProduct(X, X);
  const X3 = matrixProduct(X2, X);
  const higher = add(add(times(1 / 24, X), times(1 / 120, X2)), times(1 / 720, X3));
  let E = add(add(add(X, times(1 / 2, X2)), times(1 / 6, X3)), matrixProduct(X3, higher));
  for (let squared = 1; squared < 256; squared *= 2) E = add(times(2, E), matrixProduct(E, E));
  return E;
}

/** Writes values into the diagonal of the square of rows from `first` on; all else is 0. */
function setDiagonal(values: Float32Array, columns: number, first: number, value: () => number): void {
  values.fill(0);
  for (let i = 0; i < columns && first + i < values.length / columns; i++) values[(first + i) * columns + i] = value();
}

function drawAngle(random: Random): number {
  return Math.PI * (2 * random.uniform() - 1);
}
