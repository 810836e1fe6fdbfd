import { apply, type Node, type Operation } from '../graph/node.js';
import type { OperatorBuilder } from './operator-builder.js';

/** The operator of ONNX that computes a whole recurrent layer, and the order of its gates. */
export interface StandardOperator {
  readonly type: 'LSTM' | 'GRU' | 'RNN';
  /** For each of the operator's gates, the index of the cell's gate. */
  readonly gates: readonly number[];
  /** Of an LSTM whose gates see c: for each of the operator's weights of c (i, o, f), which block of the parameter `peepholes` it is. */
  readonly peepholes?: readonly number[];
  readonly attributes?: Readonly<Record<string, number | readonly string[]>>;
}

/**
 * A recurrent layer over a window as one of ONNX's operators. It has no gradient. It has no plain kernel either, because that would be a
 * second definition of the cell: tests compare it with the unrolled network.
 *
 * @param x [T*B, E], time-major
 * @param parameters weight_ih, weight_hh, bias_ih, bias_hh in PyTorch's layouts, and `peepholes` if the operator has them
 * @param state the state before the window, each part [B, H]
 * @returns the layer's outputs [T*B, H], and the state after the window
 */
export function recurrentOperator(
  operator: StandardOperator,
  x: Node,
  parameters: Readonly<Record<string, Node>>,
  state: readonly Node[],
): { output: Node; state: readonly Node[] } {
  const { weight_ih, weight_hh, bias_ih, bias_hh } = parameters;
  const peepholes = operator.peepholes ? [parameters.peepholes!] : [];
  const inputs = [x, weight_ih!, weight_hh!, bias_ih!, bias_hh!, ...state, ...peepholes];
  const attributes = { operator: JSON.stringify(operator) };
  const results = [x, ...state].map((_, result) => apply(recurrentOperation, inputs, { ...attributes, result }));
  return { output: results[0]!, state: results.slice(1) };
}

/** Attributes: `operator`, a StandardOperator as JSON; `result`, which of its results a node is: 0 the outputs, else a part of the state. */
export const recurrentOperation: Operation = {
  name: 'recurrentOperator',
  shape: ([input, , weight_hh, , , state], { result }) => ({
    rows: result === 0 ? input!.rows : state!.rows,
    columns: weight_hh!.columns,
  }),
  reference() {
    throw new Error('a recurrent operator has no kernel of ours');
  },
};

/** The operator, with its weights reordered to its order of gates. */
export function recurrentRule(builder: OperatorBuilder, node: Node, names: readonly string[]): string {
  const { type, gates, peepholes, attributes } = JSON.parse(node.attributes.operator as string) as StandardOperator;
  const [input, weight_ih, weight_hh, bias_ih, bias_hh, ...rest] = names;
  const state = peepholes ? rest.slice(0, -1) : rest;
  const { rows: B, columns: H } = node.inputs[5]!;
  const { rows, columns: E } = node.inputs[0]!;
  const direction = builder.integers([0]);
  /** Each parameter's blocks in the operator's order, one parameter after the other. Of constants, all this is done once. */
  const ordered = (parameters: readonly string[], order: readonly number[], axis: 0 | 1) => {
    const sizes = builder.integers(order.map(() => H));
    const parts = parameters.map((name) =>
      order.length === 1 ? [name] : builder.emitAll('Split', [name, sizes], order.length, { axis }),
    );
    const all = parts.flatMap((own) => order.map((block) => own[block]!));
    return all.length === 1 ? all[0]! : builder.emit('Concat', all, { axis });
  };
  const matrices = [weight_ih!, weight_hh!].map((name) => builder.emit('Unsqueeze', [ordered([name], gates, 0), direction]));
  const bias = ordered([bias_ih!, bias_hh!], gates, 1);
  const sequence = builder.emit('Reshape', [input!, builder.integers([rows / B, B, E])]);
  const before = state.map((name) => builder.emit('Unsqueeze', [name, direction]));
  // The fifth input, lengths of the sequences, is left out: all are of the window's length.
  const seen = peepholes ? [ordered(rest.slice(-1), peepholes, 1)] : [];
  const inputs = [sequence, ...matrices, bias, '', ...before, ...seen];
  const results = builder.emitAll(type, inputs, 1 + state.length, { hidden_size: H, ...attributes });
  return builder.emit('Reshape', [results[node.attributes.result as number]!, builder.integers([node.rows, H])]);
}
