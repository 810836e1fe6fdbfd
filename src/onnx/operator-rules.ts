import type { OnnxAttribute, OnnxGraph, OnnxNode } from './model.js';

/** The work of one run of a graph. */
export interface GraphWork {
  /** Elements of all values that operators compute; those of a Scan's body are counted once for each step. */
  readonly elements: number;
  /** Multiplications within matrix products and recurrent operators. */
  readonly multiplications: number;
}

/** What is known about a value before the graph runs. */
export interface Value {
  readonly shape: readonly number[];
  /** The elements of a short vector of int64 whose elements are known: shapes and axes that operators read. */
  readonly integers?: readonly number[];
}

/** The most dimensions of a value, and the longest vector whose elements are tracked. */
export const HIGHEST_RANK = 8;

/** An operator, and the questions a rule can ask about it. */
interface Place {
  readonly node: OnnxNode;
  input(index: number): Value;
  /** The work of an operator's body for these inputs, and what is known about its results. */
  body(graph: OnnxGraph, inputs: readonly Value[]): { readonly results: readonly Value[]; readonly work: GraphWork };
  fail(problem: string): never;
}

/** The results of an operator, and its inner work. */
type Inferred = Value[] | { readonly outputs: Value[]; readonly inner: GraphWork };

interface Rule {
  /** Smallest and largest number of operands. */
  readonly inputs: readonly [number, number];
  readonly attributes: readonly string[];
  infer(place: Place): Inferred;
}

const same = ({ input }: Place): Value[] => [{ shape: input(0).shape }];

/** Every operator of an export. A new operator needs the shapes of its results. */
export const operatorRules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...['Add', 'Div', 'Greater', 'Max', 'Min', 'Mul', 'Sub'].map((type): [string, Rule] => [
    type,
    { inputs: [2, 2], attributes: [], infer: broadcast },
  ]),
  ...['Exp', 'Log', 'Neg', 'Relu', 'Sigmoid', 'Sign', 'Sqrt', 'Tanh'].map((type): [string, Rule] => [
    type,
    { inputs: [1, 1], attributes: [], infer: same },
  ]),
  ['Cast', { inputs: [1, 1], attributes: ['to'], infer: same }],
  ['Concat', { inputs: [1, 256], attributes: ['axis'], infer: concatenate }],
  ['DequantizeLinear', { inputs: [3, 3], attributes: ['axis'], infer: same }],
  [
    'DynamicQuantizeLinear',
    { inputs: [1, 1], attributes: [], infer: (place) => [...same(place), { shape: [] }, { shape: [] }] },
  ],
  ['Gather', { inputs: [2, 2], attributes: ['axis'], infer: gather }],
  ['Gemm', { inputs: [2, 3], attributes: ['transA', 'transB'], infer: matrixProduct }],
  ['Identity', { inputs: [1, 1], attributes: [], infer: ({ input }) => [input(0)] }],
  ['MatMul', { inputs: [2, 2], attributes: [], infer: stackOfProducts }],
  ['MatMulInteger', { inputs: [2, 4], attributes: [], infer: matrixProduct }],
  ['Pad', { inputs: [2, 2], attributes: [], infer: pad }],
  ['ReduceMax', { inputs: [1, 1], attributes: ['axes'], infer: reduceRows }],
  ['ReduceSum', { inputs: [2, 2], attributes: [], infer: reduceRows }],
  ['Reshape', { inputs: [2, 2], attributes: ['allowzero'], infer: reshape }],
  ['Scan', { inputs: [1, 256], attributes: ['body', 'num_scan_inputs'], infer: scan }],
  ['Shape', { inputs: [1, 1], attributes: [], infer: ({ input }) => [vector(input(0).shape)] }],
  ['Slice', { inputs: [4, 4], attributes: [], infer: slice }],
  ['Split', { inputs: [2, 2], attributes: ['axis'], infer: split }],
  ['Squeeze', { inputs: [2, 2], attributes: [], infer: squeeze }],
  ['Transpose', { inputs: [1, 1], attributes: ['perm'], infer: transpose }],
  ['Unsqueeze', { inputs: [2, 2], attributes: [], infer: unsqueeze }],
  ...[
    // The last input of an LSTM, which may be absent, are peepholes.
    { type: 'LSTM', more: [], states: 2, peepholes: 1 },
    { type: 'GRU', more: ['linear_before_reset'], states: 1, peepholes: 0 },
    { type: 'RNN', more: ['activations'], states: 1, peepholes: 0 },
  ].map(({ type, more, states, peepholes }): [string, Rule] => [
    type,
    {
      inputs: [5 + states, 5 + states + peepholes],
      attributes: ['hidden_size', ...more],
      infer: (place) => recurrentLayer(place, states),
    },
  ]),
]);

const vector = (integers: readonly number[]): Value => ({ shape: [integers.length], integers });

function broadcast({ input, fail }: Place): Value[] {
  const [a, b] = [input(0).shape, input(1).shape];
  const rank = Math.max(a.length, b.length);
  const shape = Array.from({ length: rank }, (_, i) => {
    const [m, n] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
    if (m !== n && m !== 1 && n !== 1) fail('the shapes of its operands do not fit');
    return m === 1 ? n : m;
  });
  return [{ shape }];
}

function concatenate({ node, input, fail }: Place): Value[] {
  const parts = node.inputs.map((_, i) => input(i));
  const [first] = parts as [Value];
  const axis = axisOf(node.attributes.axis, first.shape.length, fail);
  for (const { shape } of parts)
    if (shape.length !== first.shape.length || shape.some((size, i) => i !== axis && size !== first.shape[i]))
      fail('the shapes of its operands do not fit');
  const length = parts.reduce((sum, { shape }) => sum + shape[axis]!, 0);
  const shape = first.shape.with(axis, length);
  const followed = shape.length === 1 && length <= HIGHEST_RANK && parts.every(({ integers }) => integers);
  return [followed ? vector(parts.flatMap(({ integers }) => integers!)) : { shape }];
}

/** A reduction over the columns of a matrix, which keeps them as one column. */
function reduceRows({ node, input, fail }: Place): Value[] {
  const { shape } = input(0);
  const axes = node.inputs.length === 2 ? input(1).integers : node.attributes.axes;
  if (shape.length !== 2 || !Array.isArray(axes) || axes.length !== 1 || axes[0] !== 1)
    fail('it is not over the columns of a matrix');
  return [{ shape: [shape[0]!, 1] }];
}

function gather({ node, input, fail }: Place): Value[] {
  const { shape } = input(0);
  const axis = axisOf(node.attributes.axis ?? 0, shape.length, fail);
  return [{ shape: [...shape.slice(0, axis), ...input(1).shape, ...shape.slice(axis + 1)] }];
}

function matrixProduct({ node: { attributes }, input, fail }: Place): Inferred {
  const [a, b] = [input(0).shape, input(1).shape];
  if (a.length !== 2 || b.length !== 2) return fail('its operands are not matrices');
  const [rows, inner] = attributes.transA ? [a[1]!, a[0]!] : [a[0]!, a[1]!];
  const [other, columns] = attributes.transB ? [b[1]!, b[0]!] : [b[0]!, b[1]!];
  if (inner !== other) return fail('the shapes of its operands do not fit');
  return { outputs: [{ shape: [rows, columns] }], inner: { elements: 0, multiplications: rows * columns * inner } };
}

/** [R, m, k] and [R, k, n] to [R, m, n]. */
function stackOfProducts({ input, fail }: Place): Inferred {
  const [a, b] = [input(0).shape, input(1).shape];
  if (a.length !== 3 || b.length !== 3) return fail('its operands are no stacks of matrices');
  const [rows, m, k] = a as [number, number, number];
  if (b[0] !== rows || b[1] !== k) return fail('the shapes of its operands do not fit');
  return { outputs: [{ shape: [rows, m, b[2]!] }], inner: { elements: 0, multiplications: rows * m * k * b[2]! } };
}

function reshape({ node, input, fail }: Place): Value[] {
  const { shape: before } = input(0);
  const sizes = (input(1).integers ?? fail('its shape does not follow from sizes')).map((size, i) =>
    size === 0 && !node.attributes.allowzero ? (before[i] ?? -2) : size,
  );
  const open = sizes.indexOf(-1);
  const known = product(sizes.filter((size) => size !== -1));
  const shape = open < 0 ? sizes : sizes.with(open, known === 0 ? 0 : product(before) / known);
  if (!shape.every((size) => Number.isInteger(size) && size >= 0) || product(shape) !== product(before))
    fail('its operand has another number of elements');
  return [{ shape }];
}

function slice({ input, fail }: Place): Value[] {
  const { shape } = input(0);
  const [starts, ends, axes] = [1, 2, 3].map((i) => input(i).integers ?? fail('its bounds are not known')) as [
    readonly number[],
    readonly number[],
    readonly number[],
  ];
  if (ends.length !== starts.length || axes.length !== starts.length) fail('its bounds are of different numbers');
  const result = [...shape];
  for (const [i, one] of axes.entries()) {
    const axis = axisOf(one, shape.length, fail);
    const size = shape[axis]!;
    const within = (place: number) => Math.min(Math.max(place < 0 ? place + size : place, 0), size);
    result[axis] = Math.max(0, within(ends[i]!) - within(starts[i]!));
  }
  return [{ shape: result }];
}

function pad({ input, fail }: Place): Value[] {
  const { shape } = input(0);
  const around = input(1).integers;
  if (around?.length !== 2 * shape.length || around.some((count) => count < 0)) return fail('its padding is not known');
  return [{ shape: shape.map((size, axis) => around[axis]! + size + around[axis + shape.length]!) }];
}

function split({ node, input, fail }: Place): Value[] {
  const { shape } = input(0);
  const axis = axisOf(node.attributes.axis ?? 0, shape.length, fail);
  const sizes = input(1).integers ?? fail('its sizes are not known');
  if (sizes.some((size) => size < 0) || sizes.reduce((sum, size) => sum + size, 0) !== shape[axis])
    fail('its sizes are not those of its operand');
  return sizes.map((size) => ({ shape: shape.with(axis, size) }));
}

function squeeze({ input, fail }: Place): Value[] {
  const { shape } = input(0);
  const axes = new Set(axesOf(input(1), shape.length, fail));
  if ([...axes].some((axis) => shape[axis] !== 1)) fail('what it takes away is not of size 1');
  return [{ shape: shape.filter((_, i) => !axes.has(i)) }];
}

function unsqueeze({ input, fail }: Place): Value[] {
  const sizes = [...input(0).shape];
  const rank = sizes.length + (input(1).integers?.length ?? 0);
  const axes = new Set(axesOf(input(1), rank, fail));
  if (axes.size + sizes.length !== rank) fail('an axis comes twice');
  return [{ shape: Array.from({ length: rank }, (_, i) => (axes.has(i) ? 1 : sizes.shift()!)) }];
}

function transpose({ node, input, fail }: Place): Value[] {
  const { shape } = input(0);
  const order = node.attributes.perm;
  if (!Array.isArray(order) || [...order].sort().some((axis, i) => axis !== i) || order.length !== shape.length)
    return fail('its perm is no order of the axes');
  return [{ shape: (order as number[]).map((axis) => shape[axis]!) }];
}

/** Operands: sequence [T, B, I], weights [1, g*H, I] and [1, g*H, H], biases, no lengths, states [1, B, H]. */
function recurrentLayer({ node, input, fail }: Place, states: number): Inferred {
  const [sequence, weights, recurrent] = [input(0).shape, input(1).shape, input(2).shape];
  if (sequence.length !== 3 || weights.length !== 3 || recurrent.length !== 3)
    return fail('its operands are not of three sizes');
  const [time, batch, inputs] = sequence as [number, number, number];
  const [directions, gates, hidden] = recurrent as [number, number, number];
  const fits = weights[0] === 1 && weights[1] === gates && weights[2] === inputs && node.attributes.hidden_size === hidden;
  const peepholes = node.inputs.length > 5 + states ? input(5 + states).shape : [1, 3 * hidden];
  const seen = peepholes.length === 2 && peepholes[0] === 1 && peepholes[1] === 3 * hidden;
  if (directions !== 1 || !fits || !seen || node.inputs[4] !== '') return fail('the shapes of its operands do not fit');
  const state = { shape: [1, batch, hidden] };
  const steps = time * batch * gates;
  return {
    outputs: [{ shape: [time, 1, batch, hidden] }, ...Array.from({ length: states }, () => state)],
    inner: { elements: steps, multiplications: steps * (inputs + hidden) },
  };
}

/** Operands: states, then sequences along their first axis. Results: the states afterwards, then the stacked outputs of all steps. */
function scan({ node, input, body: bodyWork, fail }: Place): Inferred {
  const { body, num_scan_inputs: count } = node.attributes;
  if (!isGraph(body) || typeof count !== 'number' || count < 1 || count > node.inputs.length) return fail('it is not complete');
  const given = node.inputs.map((_, i) => input(i).shape);
  const states = given.length - count;
  const steps = given[states]![0];
  if (steps === undefined || given.slice(states).some(([first]) => first !== steps))
    return fail('its sequences differ in length');
  if (body.inputs.length !== given.length || body.outputs.length < states) return fail('its body does not fit');
  const { results: values, work: step } = bodyWork(
    body,
    given.map((shape, i) => ({ shape: i < states ? shape : shape.slice(1) })),
  );
  const results = values.map(({ shape }) => shape);
  if (given.slice(0, states).some((shape, i) => shape.join() !== results[i]!.join())) fail('its states change their shapes');
  return {
    outputs: results.map((shape, i) => ({ shape: i < states ? shape : [steps, ...shape] })),
    inner: { elements: steps * step.elements, multiplications: steps * step.multiplications },
  };
}

function axisOf(axis: OnnxAttribute | undefined, rank: number, fail: Place['fail']): number {
  if (typeof axis !== 'number' || axis < -rank || axis >= rank) return fail('it has no such axis');
  return axis < 0 ? axis + rank : axis;
}

function axesOf({ integers }: Value, rank: number, fail: Place['fail']): number[] {
  return (integers ?? fail('its axes are not known')).map((axis) => axisOf(axis, rank, fail));
}

function isGraph(value: OnnxAttribute | undefined): value is OnnxGraph {
  return typeof value === 'object' && 'nodes' in value;
}

export const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);
