import { UserError } from '../errors.js';
import { input } from '../graph/operations/input.js';
import { linear } from '../model/cells/cell.js';
import { cellFor } from '../model/cells/index.js';
import { stateNames } from '../model/language-model.js';
import { parameterNodes } from '../model/parameter-table.js';
import type { ParameterNetwork } from '../model/window-programs.js';
import type { OnnxGraph, OnnxValue } from '../onnx/model.js';
import { createGraphBuilder, type GraphBuilder } from './graph-builder.js';
import { parameterTensor } from './layer-place.js';
import { operatorLayer } from './operator-layer.js';
import { rowWise } from './row-wise.js';
import { scanLayer } from './scan-layer.js';

/** How recurrent layers are written: as ONNX's operators for them, or as a Scan over the cell's own equations. */
export type OnnxForm = 'operators' | 'scan';

/** The form that a model gets when none is asked for: operators where ONNX has one for the cell. */
export function defaultForm({ options }: Pick<ParameterNetwork, 'options'>): OnnxForm {
  return cellFor(options.cell).standardOperator ? 'operators' : 'scan';
}

/**
 * A language model as an ONNX graph for any batch and window.
 *
 * Inputs: `tokens`, int64 [batch, time], both at least 1, ids below V; the state before the window (`h.0`, `c.0`, ...), float32 [batch, H] each, zero at
 * a text's beginning. Outputs: `logits`, float32 [batch, time, V], of the token after each; the state after the window (`next.h.0`, ...).
 *
 * @throws UserError usage for `operators` where ONNX has none for the cell
 */
export function onnxGraph(model: ParameterNetwork, form: OnnxForm): OnnxGraph {
  const { options } = model;
  const { vocabularySize: V, embeddingSize: E, hiddenSize: H, layers } = options;
  const { standardOperator } = cellFor(options.cell);
  if (form === 'operators' && !standardOperator)
    throw new UserError('usage', `--form operators: ONNX has no operator for ${options.cell.type}; use --form scan or auto`);

  const graph = createGraphBuilder();
  // Recurrent operators and Scan go along the first axis.
  const turned = graph.emit('Transpose', [atLeastOne(graph, 'tokens')], 'tokens.turned', { perm: [1, 0] });
  const size = graph.emit('Shape', [turned], 'size');
  const table = graph.constant(parameterTensor(model, 'encoder.weight'));
  let x = graph.emit('Gather', [table, turned], 'encoder.output', { axis: 0 });
  for (let layer = 0; layer < layers; layer++) {
    const place = { graph, model, layer, input: x, inputSize: layer === 0 ? E : H, size };
    x = form === 'operators' ? operatorLayer(place, standardOperator!) : scanLayer(place);
  }
  decode(graph, model, x);

  const state = (name: string): OnnxValue => ({ name, type: 'float32', shape: ['batch', H] });
  const states = stateNames(options);
  return {
    name: 'textloom',
    nodes: graph.nodes,
    initializers: graph.initializers(),
    inputs: [{ name: 'tokens', type: 'int64', shape: ['batch', 'time'] }, ...states.map(state)],
    outputs: [{ name: 'logits', type: 'float32', shape: ['batch', 'time', V] }, ...states.map((name) => state(`next.${name}`))],
  };
}

/**
 * The tokens as they are, through an operator that fails, with a name that says why, where there are none: onnxruntime's recurrent
 * operators lose the state of an empty window, its Scan takes none, and with an empty batch its LSTM ends the process.
 */
function atLeastOne(graph: GraphBuilder, tokens: string): string {
  const all = graph.emit('Reshape', [tokens, graph.integers([-1])], 'tokens.all');
  const name = 'tokens is empty: batch and time are at least 1';
  graph.nodes.push({
    type: 'Gather',
    inputs: [all, graph.integers([0])],
    outputs: ['tokens.first'],
    attributes: { axis: 0 },
    name,
  });
  const nothing = graph.emit('Sub', ['tokens.first', 'tokens.first'], 'tokens.nothing');
  return graph.emit('Add', [tokens, nothing], 'tokens.checked');
}

/** The decoder, for all rows at once; the outputs of the last layer are turned back before it, since logits are many more. */
function decode(graph: GraphBuilder, model: ParameterNetwork, outputs: string): void {
  const { vocabularySize: V, hiddenSize: H, tieWeights } = model.options;
  const weight = tieWeights ? 'encoder.weight' : 'decoder.weight';
  const parameters = parameterNodes(model.table);
  for (const name of [weight, 'decoder.bias']) graph.constant(parameterTensor(model, name));
  const byBatch = graph.emit('Transpose', [outputs], 'decoder.turned', { perm: [1, 0, 2] });
  const rows = graph.emit('Reshape', [byBatch, graph.integers([-1, H])], 'decoder.rows');
  const decoder = (count: number) => ({
    logits: linear(input('x', { rows: count, columns: H, sharded: true }), parameters[weight]!, parameters['decoder.bias']!),
  });
  const names = { x: rows, logits: 'decoder.logits', [weight]: weight, 'decoder.bias': 'decoder.bias' };
  graph.include(rowWise(decoder, 'decoder.', names));
  const given = graph.emit('Shape', ['tokens'], 'tokens.size');
  const shape = graph.emit('Concat', [given, graph.integers([V])], 'logits.size', { axis: 0 });
  graph.emit('Reshape', ['decoder.logits', shape], 'logits');
}
