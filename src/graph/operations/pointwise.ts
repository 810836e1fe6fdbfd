import { apply, GraphError, type Node, type Operation } from '../node.js';

/** What differs between elementwise operations: the scalar formula and its gradient. */
interface ElementwiseDefinition {
  name: string;
  compute(a: number, b: number): number;
  gradient?(node: Node, dY: Node): readonly (Node | undefined)[];
}

/**
 * An elementwise operation of one or two matrices. An operand of one row is repeated down the rows, one of one column along the
 * columns; the result has the larger of the rows and of the columns.
 */
function elementwise({ name, compute, gradient }: ElementwiseDefinition): Operation {
  return {
    name,
    elementwise: true,
    shape(inputs) {
      const rows = Math.max(...inputs.map((input) => input.rows));
      const columns = Math.max(...inputs.map((input) => input.columns));
      for (const input of inputs) {
        const fits = (input.rows === rows || input.rows === 1) && (input.columns === columns || input.columns === 1);
        if (!fits) throw new GraphError(name, inputs, 'the shapes do not broadcast');
      }
      return { rows, columns };
    },
    ...(gradient && { gradient }),
    reference(values, node, output) {
      const [a, b] = node.inputs as [Node, Node?];
      const index = (operand: Node, r: number, c: number) =>
        (operand.rows === 1 ? 0 : r * operand.columns) + (operand.columns === 1 ? 0 : c);
      for (let r = 0; r < node.rows; r++) {
        for (let c = 0; c < node.columns; c++) {
          const left = values[0]![index(a, r, c)]!;
          const right = b ? values[1]![index(b, r, c)]! : 0;
          output[r * node.columns + c] = compute(left, right);
        }
      }
    },
  };
}

/** Makes the function that applies an operation of one operand. */
function unary(operation: Operation): (x: Node) => Node {
  return (x) => apply(operation, [x]);
}

/** Makes the function that applies an operation of two operands. */
function binary(operation: Operation): (a: Node, b: Node) => Node {
  return (a, b) => apply(operation, [a, b]);
}

export const constantOperation: Operation = {
  name: 'constant',
  elementwise: true,
  shape: (_, { rows, columns }) => ({ rows: rows as number, columns: columns as number }),
  scope: () => 'shared',
  reference: (_, { attributes }, output) => void output.fill(attributes.value as number),
};

/** A matrix of equal elements, by default [1, 1]; elementwise operations broadcast it. */
export function constant(value: number, rows = 1, columns = 1): Node {
  return apply(constantOperation, [], { value, rows, columns });
}

export const stopGradientOperation = elementwise({
  name: 'stopGradient',
  compute: (x) => x,
  gradient: () => [undefined],
});

/** x, as a constant for differentiation: no gradient flows. */
export const stopGradient = unary(stopGradientOperation);

export const addOperation = elementwise({
  name: 'add',
  compute: (a, b) => a + b,
  gradient: (_, dY) => [dY, dY],
});

/** a + b */
export const add = binary(addOperation);

export const subtractOperation = elementwise({
  name: 'subtract',
  compute: (a, b) => a - b,
  gradient: (_, dY) => [dY, negate(dY)],
});

/** a - b */
export const subtract = binary(subtractOperation);

export const multiplyOperation = elementwise({
  name: 'multiply',
  compute: (a, b) => a * b,
  gradient: ({ inputs: [a, b] }, dY) => [multiply(dY, b!), multiply(dY, a!)],
});

/** a * b, element by element */
export const multiply = binary(multiplyOperation);

export const divideOperation = elementwise({
  name: 'divide',
  compute: (a, b) => a / b,
  gradient: (y, dY) => {
    const dA = divide(dY, y.inputs[1]!);
    return [dA, negate(multiply(dA, y))];
  },
});

/** a / b */
export const divide = binary(divideOperation);

export const negateOperation = elementwise({
  name: 'negate',
  compute: (x) => -x,
  gradient: (_, dY) => [negate(dY)],
});

/** -x */
export const negate = unary(negateOperation);

export const expOperation = elementwise({
  name: 'exp',
  compute: (x) => Math.exp(x),
  gradient: (y, dY) => [multiply(dY, y)],
});

/** e^x */
export const exp = unary(expOperation);

export const logOperation = elementwise({
  name: 'log',
  compute: (x) => Math.log(x),
  gradient: ({ inputs: [x] }, dY) => [divide(dY, x!)],
});

/** The natural logarithm. */
export const log = unary(logOperation);

export const sqrtOperation = elementwise({
  name: 'sqrt',
  compute: (x) => Math.sqrt(x),
  gradient: (y, dY) => [divide(multiply(dY, constant(0.5)), y)],
});

/** The square root. */
export const sqrt = unary(sqrtOperation);

export const sigmoidOperation = elementwise({
  name: 'sigmoid',
  compute: (x) => 1 / (1 + Math.exp(-x)),
  gradient: (y, dY) => [multiply(multiply(dY, y), subtract(constant(1), y))],
});

/** 1 / (1 + exp(-x)) */
export const sigmoid = unary(sigmoidOperation);

export const tanhOperation = elementwise({
  name: 'tanh',
  compute: (x) => Math.tanh(x),
  gradient: (y, dY) => [multiply(dY, subtract(constant(1), multiply(y, y)))],
});

/** The hyperbolic tangent. */
export const tanh = unary(tanhOperation);

export const reluOperation = elementwise({
  name: 'relu',
  compute: (x) => Math.max(x, 0),
  gradient: (y, dY) => [multiply(dY, greater(y, constant(0)))],
});

/** max(x, 0); NaN stays NaN */
export const relu = unary(reluOperation);

export const signOperation = elementwise({
  name: 'sign',
  compute: (x) => Math.sign(x),
  gradient: () => [undefined],
});

/** -1, 0 or 1; piecewise constant, so no gradient flows */
export const sign = unary(signOperation);

export const maximumOperation = elementwise({
  name: 'maximum',
  compute: (a, b) => Math.max(a, b),
  gradient: ({ inputs: [a, b] }, dY) => {
    const left = greater(a!, b!);
    return [multiply(dY, left), multiply(dY, subtract(constant(1), left))];
  },
});

/** The larger of a and b; where they are equal the gradient goes to b. */
export const maximum = binary(maximumOperation);

export const minimumOperation = elementwise({
  name: 'minimum',
  compute: (a, b) => Math.min(a, b),
  gradient: ({ inputs: [a, b] }, dY) => {
    const right = greater(a!, b!);
    return [multiply(dY, subtract(constant(1), right)), multiply(dY, right)];
  },
});

/** The smaller of a and b; where they are equal the gradient goes to a. */
export const minimum = binary(minimumOperation);

export const greaterOperation = elementwise({
  name: 'greater',
  compute: (a, b) => (a > b ? 1 : 0),
  gradient: () => [undefined, undefined],
});

/** 1 where a > b, else 0; piecewise constant, so no gradient flows */
export const greater = binary(greaterOperation);

/**
 * ln sigmoid(x) = min(x, 0) - ln(1 + e), e = exp(-|x|), without overflow, and close to 0 with the digits of e, which 1 + e has not all: with
 * u = 1 + e as it is rounded, ln(1 + e) = e ln(u) / (u - 1) (Kahan). Below 1e-7 in size the result goes to 0.
 */
export function logSigmoid(x: Node): Node {
  const e = exp(minimum(x, negate(x)));
  const u = add(constant(1), e);
  const ratio = divide(log(u), maximum(subtract(u, constant(1)), constant(1e-7)));
  return subtract(minimum(x, constant(0)), multiply(e, ratio));
}
