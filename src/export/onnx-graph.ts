import { UserError } from '../foundation/errors.js';
import { type Outputs, topologicalOrder } from '../graph/node.js';
import { type Architecture, architectureOf } from '../model/architecture.js';
import type { PlacedLayer } from '../model/placed-layer.js';
import { connectionGraph, headGraph, stepGraph } from '../model/step-graph.js';
import type { ParameterNetwork } from '../model/window-programs.js';
import type { OnnxGraph, OnnxValue } from '../onnx/model.js';
import { FLOAT } from '../onnx/operator-builder.js';
import { createGraphBuilder, type GraphBuilder } from './graph-builder.js';
import { type LayerPlace, parameterTensor } from './layer-place.js';
import { operatorLayer } from './operator-layer.js';
import { rowWise } from './row-wise.js';
import { scanLayer } from './scan-layer.js';

/** The form of recurrent layers: ONNX's operators where it has one for the cell, or Scans over the cells' own equations for all. */
export type OnnxForm = 'operators' | 'scan';

/** The default form of a model: operators if ONNX has one for at least one layer. */
export function defaultForm({ options }: Pick<ParameterNetwork, 'options'>): OnnxForm {
  return hasOperators(architectureOf(options)) ? 'operators' : 'scan';
}

const hasOperators = ({ layers }: Architecture) => layers.some(({ layer }) => layer.cell?.onnx);

/**
 * A language model as an ONNX graph for any batch size and window length.
 *
 * Inputs: `tokens`, int64 [batch, time], both sizes at least 1, ids below V; the state before the window (`h.0`, `c.0`, ...), float32
 * [batch, columns] each, zero at a text's beginning. Outputs: `logits`, float32 [batch, time, V], of the token after each position; the
 * state after the window (`next.h.0`, ...).
 *
 * @throws UserError usage for `operators` where ONNX has none for any of the layers
 */
export function onnxGraph(model: ParameterNetwork, form: OnnxForm): OnnxGraph {
  const architecture = architectureOf(model.options);
  if (form === 'operators' && !hasOperators(architecture)) {
    const types = [...new Set(model.options.layers.map(({ type }) => type))].join(' and ');
    throw new UserError('usage', `--form operators: ONNX has no operator for ${types}; use --form scan or auto`);
  }
  const graph = createGraphBuilder();
  // Recurrent operators and Scan iterate over the first axis.
  const turned = graph.emit('Transpose', [atLeastOne(graph, 'tokens')], 'tokens.turned', { perm: [1, 0] });
  const timeAndBatch = graph.emit('Shape', [turned], 'size');
  const table = graph.constant(parameterTensor(model, 'encoder.weight'));
  let x = graph.emit('Gather', [table, turned], 'encoder.output', { axis: 0 });
  for (const [index, placed] of architecture.layers.entries()) {
    const place = { ...placed, graph, model, index, input: x, timeAndBatch };
    const operator = form === 'operators' ? placed.layer.cell?.onnx : undefined;
    if (operator) x = operatorLayer(place, operator);
    else x = placed.layer.states.length > 0 ? scanLayer(place) : rowLayer(place);
    if (placed.connection.type !== 'none') x = connectedLayer(place, x);
  }
  if (architecture.memory)
    x = memoryLayer(graph, architecture.memory, { model, index: architecture.layers.length, input: x, turned, timeAndBatch });
  addHead(graph, model, x);

  const states = (prefix: string) =>
    architecture.states.map(
      ({ name, columns }): OnnxValue => ({ name: prefix + name, type: 'float32', shape: ['batch', columns] }),
    );
  const V = model.options.vocabularySize;
  return {
    name: 'textloom',
    nodes: graph.nodes,
    initializers: graph.initializers(),
    inputs: [{ name: 'tokens', type: 'int64', shape: ['batch', 'time'] }, ...states('')],
    outputs: [{ name: 'logits', type: 'float32', shape: ['batch', 'time', V] }, ...states('next.')],
  };
}

/**
 * The tokens unchanged, or, where there are none, an operator that fails and whose name gives the reason. On an empty window, onnxruntime's
 * recurrent operators lose the state and its Scan fails; with an empty batch its LSTM ends the process.
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

/** A layer without a state. @returns the name of the outputs, [time, batch, size] */
function rowLayer(place: LayerPlace): string {
  const { index, input, inputSize, size, model } = place;
  const build = (rows: number) => stepGraph(place, index, model.table, rows);
  return onRows(place, `layers.${index}.`, [{ name: 'x', window: input, columns: inputSize }], size, build);
}

/**
 * The connection of a layer. @param outputs name of the layer's outputs @returns the name of the next layer's input, [time, batch,
 * outputSize]
 */
function connectedLayer(place: LayerPlace, outputs: string): string {
  const { index, input, inputSize, size, outputSize, model } = place;
  const given = [
    { name: 'x', window: input, columns: inputSize },
    { name: 'y', window: outputs, columns: size },
  ];
  const build = (rows: number) => connectionGraph(place, index, model.table, rows);
  return onRows(place, `layers.${index}.connection.`, given, outputSize, build);
}

/**
 * A computation of a layer on all rows of the window at once.
 * @param given values [time, batch, columns]: from the computation's names for them to their names in the graph
 * @param columns of its `output`
 */
function onRows(
  { graph, model, parameters, timeAndBatch }: LayerPlace,
  prefix: string,
  given: readonly { readonly name: string; readonly window: string; readonly columns: number }[],
  columns: number,
  build: (rows: number) => Outputs,
): string {
  const used = topologicalOrder(Object.values(build(2))).map(({ attributes }) => attributes.name);
  const names = parameters.map(({ name }) => name).filter((name) => used.includes(name));
  for (const name of names) graph.constant(parameterTensor(model, name));
  const rows = given.map((value) => {
    const shape = graph.integers([-1, value.columns]);
    return [value.name, graph.emit('Reshape', [value.window, shape], `${prefix}${value.name}.rows`)] as const;
  });
  const inputs = Object.fromEntries([...names.map((name) => [name, name] as const), ...rows]);
  graph.include(rowWise(build, prefix, inputs));
  const shape = graph.emit('Concat', [timeAndBatch, graph.integers([columns])], `${prefix}size`, { axis: 0 });
  return graph.emit('Reshape', [`${prefix}output`, shape], `${prefix}outputs`);
}

/** The memory of the head: its input has the number of each token in one more column. */
function memoryLayer(
  graph: GraphBuilder,
  memory: PlacedLayer,
  { turned, input, ...place }: Pick<LayerPlace, 'model' | 'index' | 'input' | 'timeAndBatch'> & { readonly turned: string },
): string {
  const column = graph.emit('Unsqueeze', [turned, graph.integers([2])], 'head.column');
  const numbers = graph.emit('Cast', [column], 'head.numbers', { to: FLOAT });
  const given = graph.emit('Concat', [input, numbers], 'head.given', { axis: 2 });
  return scanLayer({ ...memory, ...place, graph, input: given });
}

/** The head, for all rows at once. The outputs of the last layer are transposed back before it, because the logits are much larger. */
function addHead(graph: GraphBuilder, model: ParameterNetwork, outputs: string): void {
  const architecture = architectureOf(model.options);
  const parameters = [...architecture.head.parameters.map(({ name }) => name), 'encoder.weight'];
  for (const name of parameters) graph.constant(parameterTensor(model, name));
  const byBatch = graph.emit('Transpose', [outputs], 'decoder.turned', { perm: [1, 0, 2] });
  const rows = graph.emit('Reshape', [byBatch, graph.integers([-1, architecture.headInputSize])], 'decoder.rows');
  const names = { x: rows, logits: 'decoder.logits', ...Object.fromEntries(parameters.map((name) => [name, name])) };
  graph.include(rowWise((count) => headGraph(architecture, model.table, count), 'decoder.', names));
  const given = graph.emit('Shape', ['tokens'], 'tokens.size');
  const shape = graph.emit('Concat', [given, graph.integers([model.options.vocabularySize])], 'logits.size', { axis: 0 });
  graph.emit('Reshape', ['decoder.logits', shape], 'logits');
}
