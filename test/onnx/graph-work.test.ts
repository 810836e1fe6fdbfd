import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../src/onnx/encode-model.js';
import { graphWork } from '../../src/onnx/graph-work.js';
import type { OnnxAttributes, OnnxGraph, OnnxNode, OnnxTensor } from '../../src/onnx/model.js';
import { readGraph } from '../../src/onnx/read-graph.js';

const integers = (name: string, ...values: number[]): OnnxTensor => ({
  name,
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
});

function node(type: string, inputs: string[], outputs: string[], attributes: OnnxAttributes = {}): OnnxNode {
  return { type, inputs, outputs, attributes };
}

const zeros = (name: string, ...shape: number[]): OnnxTensor => ({
  name,
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size)),
});

/** Two steps of three rows; gates [1, 8] of hidden size 2 on inputs of 4. @param more inputs behind the state */
const lstmOf = (x: string, ...more: string[]) =>
  node('LSTM', [x, 'w', 'r', 'b', '', 'h', 'c', ...more], ['y', 'h.1', 'c.1'], { hidden_size: 2 });
const lstmTensors = (peepholes: string, ...shape: number[]) => [
  zeros('w', 1, 8, 4),
  zeros('r', 1, 8, 2),
  zeros('b', 1, 16),
  zeros('h', 1, 3, 2),
  zeros('c', 1, 3, 2),
  zeros(peepholes, ...shape),
];

/** The work of these operators on x, float32 [2, 3, 4], after it was written to a file and read. */
function workOf(nodes: OnnxNode[], initializers: OnnxTensor[] = []) {
  const graph: OnnxGraph = {
    name: 'test',
    nodes,
    initializers,
    inputs: [{ name: 'x', type: 'float32', shape: ['a', 'b', 'c'] }],
    outputs: [],
  };
  return graphWork(readGraph(encodeModel({ opset: 17, graph })), { x: [2, 3, 4] });
}

describe('elements of what an operator computes for an operand [2, 3, 4]', () => {
  const matrix = { name: 'w', shape: [5, 4], data: new Float32Array(20) };
  it.each<[string, OnnxNode[], OnnxTensor[], number]>([
    ['Tanh', [node('Tanh', ['x'], ['y'])], [], 24],
    [
      'Add with a row, column-wise',
      [node('Add', ['x', 'r'], ['y'])],
      [{ name: 'r', shape: [7, 1, 1, 4], data: new Float32Array(28) }],
      168,
    ],
    ['Concat', [node('Concat', ['x', 'x'], ['y'], { axis: -1 })], [], 48],
    ['Shape', [node('Shape', ['x'], ['y'])], [], 3],
    ['Transpose', [node('Transpose', ['x'], ['y'], { perm: [2, 0, 1] })], [], 24],
    ['Gather of rows by ids [2, 3, 4]', [node('Gather', ['w', 'x'], ['y'], { axis: 0 })], [matrix], 96],
    [
      'Slice to the last two of an axis',
      [node('Slice', ['x', 'from', 'to', 'axis'], ['y'])],
      [integers('from', -2), integers('to', 99), integers('axis', 2)],
      12,
    ],
    ['Split', [node('Split', ['x', 's'], ['y', 'z'], { axis: 2 })], [integers('s', 1, 3)], 24],
    [
      'Reshape by sizes, one of them open, and Gemm',
      [node('Reshape', ['x', 's'], ['m']), node('Gemm', ['m', 'w'], ['y'], { transB: 1 })],
      [integers('s', -1, 4), matrix],
      24 + 30,
    ],
    ['Reshape by the shape of a value', [node('Shape', ['x'], ['s']), node('Reshape', ['x', 's'], ['y'])], [], 3 + 24],
    ['Unsqueeze, Squeeze', [node('Unsqueeze', ['x', 's'], ['m']), node('Squeeze', ['m', 's'], ['y'])], [integers('s', 0)], 48],
    [
      'Reshape, ReduceMax, Sub, Exp, ReduceSum, Log, Max',
      [
        node('Reshape', ['x', 's'], ['m']),
        node('ReduceMax', ['m'], ['largest'], { axes: [1] }),
        node('Sub', ['m', 'largest'], ['shifted']),
        node('Exp', ['shifted'], ['powers']),
        node('ReduceSum', ['powers', 'axis'], ['sum']),
        node('Log', ['sum'], ['logarithm']),
        node('Max', ['m', 'logarithm'], ['y']),
      ],
      [integers('s', -1, 4), integers('axis', 1)],
      24 + 6 + 24 + 24 + 6 + 6 + 24,
    ],
    ['DynamicQuantizeLinear', [node('DynamicQuantizeLinear', ['x'], ['y', 's', 'z'])], [], 26],
  ])('%s', (_, nodes, initializers, elements) => {
    expect(workOf(nodes, initializers).elements).toBe(elements);
  });
});

it('counts the multiplications of products and layers, and the steps of a Scan', () => {
  const product = workOf(
    [node('Reshape', ['x', 's'], ['m']), node('Gemm', ['m', 'w'], ['y'], { transB: 1 })],
    [integers('s', 6, 4), zeros('w', 5, 4)],
  );
  expect(product.multiplications).toBe(6 * 4 * 5);

  for (const layer of [[lstmOf('x')], [lstmOf('x', 'p')]])
    expect(workOf(layer, lstmTensors('p', 1, 6)).multiplications).toBe(2 * 3 * 8 * (4 + 2));

  const body: OnnxGraph = {
    name: 'body',
    nodes: [node('Mul', ['h.in', 'x.in'], ['h.out'])],
    initializers: [],
    inputs: ['h.in', 'x.in'].map((name) => ({ name, type: 'float32', shape: [3, 4] })),
    outputs: [{ name: 'h.out', type: 'float32', shape: [3, 4] }],
  };
  const scan = workOf([node('Scan', ['h', 'x'], ['y'], { body, num_scan_inputs: 1 })], [zeros('h', 3, 4)]);
  expect(scan.elements).toBe(2 * 12 + 12);
});

describe('refuses', () => {
  it.each<[string, OnnxNode[], OnnxTensor[], string]>([
    ['shapes that do not follow from sizes', [node('Reshape', ['x', 'x'], ['y'])], [], 'does not follow'],
    ['a Reshape to more elements', [node('Reshape', ['x', 's'], ['y'])], [integers('s', 24, 24)], 'another number of elements'],
    [
      'a Reshape to a negative size',
      [node('Reshape', ['x', 's'], ['y'])],
      [integers('s', -2, -12)],
      'another number of elements',
    ],
    [
      'operands that do not fit',
      [node('Add', ['x', 'w'], ['y'])],
      [{ name: 'w', shape: [3], data: new Float32Array(3) }],
      'do not fit',
    ],
    ['peepholes of another size', [lstmOf('x', 'p')], lstmTensors('p', 1, 8), 'do not fit'],
    ['an input behind the peepholes', [lstmOf('x', 'p', 'p')], lstmTensors('p', 1, 6), 'LSTM has 9 operands'],
    ['a product of what is no matrix', [node('Gemm', ['x', 'x'], ['y'])], [], 'not matrices'],
    ['an axis that is not there', [node('Concat', ['x'], ['y'], { axis: 3 })], [], 'no such axis'],
    ['a step of a Slice', [node('Slice', ['x', 's', 's', 's', 's'], ['y'])], [integers('s', 0)], 'Slice has 5 operands'],
    [
      'a Scan whose state grows',
      [node('Scan', ['x', 'x'], ['y'], { body: growing(), num_scan_inputs: 1 })],
      [],
      'change their shapes',
    ],
  ])('%s', (_, nodes, initializers, message) => {
    expect(() => workOf(nodes, initializers)).toThrow(message);
  });

  function growing(): OnnxGraph {
    const value = (name: string) => ({ name, type: 'float32', shape: ['a', 'b', 'c'] }) as const;
    const nodes = [node('Concat', ['h.in', 'h.in'], ['h.out'], { axis: 0 })];
    return { name: 'body', nodes, initializers: [], inputs: [value('h.in'), value('x.in')], outputs: [value('h.out')] };
  }
});
