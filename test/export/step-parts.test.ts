import { describe, expect, it } from 'vitest';
import { cutStep } from '../../src/export/step-parts.js';
import { type Node, topologicalOrder } from '../../src/graph/node.js';
import { input, inputOperation, parameter } from '../../src/graph/operations/input.js';
import { matrixProduct } from '../../src/graph/operations/matrix-product.js';
import { add, multiply, tanh } from '../../src/graph/operations/pointwise.js';

const H = 3;
const [W, U] = [parameter('W', H, H), parameter('U', H, H)];
const [b, c] = [parameter('b', 1, H), parameter('c', 1, H)];
const [x, h] = ['x', 'h'].map((name) => input(name, { rows: 2, columns: H, sharded: true })) as [Node, Node];
const levelOf = ({ attributes: { parameter: isParameter, name } }: Node) => (isParameter ? 0 : name === 'x' ? 1 : 2);

/** What a value is computed from: names of inputs, and names of operations. */
function anatomy(node: Node) {
  const order = topologicalOrder([node]);
  const inputs = order.filter(({ operation }) => operation === inputOperation).map(({ attributes }) => attributes.name);
  return {
    inputs,
    operations: order.filter(({ operation }) => operation !== inputOperation).map(({ operation }) => operation.name),
  };
}

describe('a step is divided by the dependencies of its values', () => {
  it('sums of parameters are computed once, products of the input ahead, the rest in the step', () => {
    const ahead = add(matrixProduct(x, W), add(b, c));
    const { constants, ahead: early, step } = cutStep({ next: tanh(add(ahead, matrixProduct(h, U))) }, levelOf);
    expect(Object.values(constants).map(anatomy)).toEqual([{ inputs: ['b', 'c'], operations: ['add'] }]);
    expect(Object.values(early).map(anatomy)).toEqual([
      { inputs: ['x', 'W', 'constant.0'], operations: ['matrixProduct', 'add'] },
    ]);
    expect(anatomy(step.next!)).toEqual({ inputs: ['ahead.0', 'h', 'U'], operations: ['matrixProduct', 'add', 'tanh'] });
  });

  it('a cell that uses its input beside the state, as highway connections do, has it in the step', () => {
    const { constants, ahead, step } = cutStep({ next: add(multiply(h, x), c) }, levelOf);
    expect([constants, ahead]).toEqual([{}, {}]);
    expect(anatomy(step.next!).inputs).toEqual(['h', 'x', 'c']);
  });

  it('a next state that does not depend on the one before is computed ahead', () => {
    const { ahead, step } = cutStep({ next: tanh(x) }, levelOf);
    expect(Object.values(ahead).map(anatomy)).toEqual([{ inputs: ['x'], operations: ['tanh'] }]);
    expect(anatomy(step.next!)).toEqual({ inputs: ['ahead.0'], operations: [] });
  });
});
