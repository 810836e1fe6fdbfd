import { evaluate } from '../engine/reference/reference-engine.js';
import { type Node, type Outputs, topologicalOrder } from '../graph/node.js';
import { inputOperation } from '../graph/operations/input.js';
import { stepGraph } from '../model/step-graph.js';
import type { ParameterNetwork } from '../model/window-programs.js';
import { lowerToOperators } from '../onnx/lowering.js';
import type { OnnxValue } from '../onnx/model.js';
import { type LayerPlace, parameterTensor } from './layer-place.js';
import { rowWise } from './row-wise.js';
import { cutStep, type StepParts } from './step-parts.js';

/**
 * A layer as ONNX's Scan over the window. The body is the cell's own step, lowered to operators. What does not depend on the state is
 * outside of the body: sums and slices of parameters become constants, and products of the input are computed for all steps at once.
 *
 * Reads the states [batch, H], writes `next.*` of the same shape.
 * @returns the name of the outputs, [time, batch, H]
 */
export function scanLayer(place: LayerPlace): string {
  const { graph, index, layer, size, stateName } = place;
  const { states } = layer;
  const prefix = `layers.${index}.`;
  // A value within the body must not have the name of a value outside it.
  const inner = `${prefix}step.`;
  const parts = stepParts(place, 2);

  const outer = addConstants(place, parts, prefix);
  const slices = computeAhead(place, parts, prefix, outer);

  const step = rowWise((count) => stepParts(place, count).step, inner, outer);
  graph.include({ nodes: [], initializers: step.initializers });
  const value = (name: string, columns: number): OnnxValue => ({
    name: inner + name,
    type: 'float32',
    shape: ['batch', columns],
  });
  const body = {
    name: `layers.${index}`,
    nodes: step.nodes,
    initializers: [],
    inputs: [
      ...states.map(({ name, columns }) => value(name, columns)),
      ...slices.map(({ name, columns }) => value(name, columns)),
    ],
    outputs: [...states.map(({ name, columns }) => value(`next.${name}`, columns)), value('output', size)],
  };
  graph.nodes.push({
    type: 'Scan',
    inputs: [...states.map(({ name }) => stateName(name)), ...slices.map(({ window }) => window)],
    outputs: [...states.map(({ name }) => `next.${stateName(name)}`), `${prefix}outputs`],
    attributes: { body, num_scan_inputs: slices.length },
  });
  return `${prefix}outputs`;
}

/** Adds the parameters that are used directly and the values computed from parameters; returns the names of all of these. */
function addConstants({ graph, model }: LayerPlace, parts: StepParts, prefix: string): Record<string, string> {
  const constants = Object.fromEntries(Object.keys(parts.constants).map((name) => [name, prefix + name]));
  for (const tensor of computed(parts.constants, model)) graph.constant({ ...tensor, name: constants[tensor.name]! });
  const used = inputsOf({ ...parts.ahead, ...parts.step });
  const parameters = model.table.entries.map(({ name }) => name).filter((name) => used.has(name));
  for (const name of parameters) graph.constant(parameterTensor(model, name));
  return { ...constants, ...Object.fromEntries(parameters.map((name) => [name, name])) };
}

/** A value of which each step of a Scan gets a slice. */
interface Slice {
  /** The name within the step. */
  readonly name: string;
  readonly columns: number;
  /** The values of all steps: [time, batch, columns]. */
  readonly window: string;
}

/** Computes for the whole window what does not depend on the state. */
function computeAhead(place: LayerPlace, parts: StepParts, prefix: string, outer: Record<string, string>): Slice[] {
  const { graph, inputSize } = place;
  const rows = graph.emit('Reshape', [place.input, graph.integers([-1, inputSize])], `${prefix}rows`);
  graph.include(rowWise((count) => stepParts(place, count).ahead, prefix, { ...outer, x: rows }));
  const slices = Object.entries(parts.ahead).map(([name, { columns }]) => {
    const shape = graph.emit('Concat', [place.timeAndBatch, graph.integers([columns])], `${prefix}${name}.shape`, { axis: 0 });
    return { name, columns, window: graph.emit('Reshape', [prefix + name, shape], `${prefix}${name}.window`) };
  });
  const readsInput = inputsOf(parts.step).has('x');
  return readsInput ? [...slices, { name: 'x', columns: inputSize, window: place.input }] : slices;
}

/** The layer's step for a batch, lowered for ONNX and divided. */
function stepParts(place: LayerPlace, batch: number): StepParts {
  const levelOf = (node: Node) => (node.attributes.parameter ? 0 : node.attributes.name === 'x' ? 1 : 2);
  return cutStep(lowerToOperators(stepGraph(place, place.index, place.model.table, batch)), levelOf);
}

/** The values of the constants, computed by the plain kernels. */
function computed(constants: Outputs, model: ParameterNetwork) {
  const inputs = [...inputsOf(constants)].map((name) => [name, [parameterTensor(model, name).data as Float32Array]] as const);
  const values = evaluate(constants, Object.fromEntries(inputs), { shards: 1, allocate: (length) => new Float32Array(length) });
  return Object.entries(constants).map(([name, { rows, columns }]) => {
    return { name, shape: [rows, columns], data: values[name]![0] as Float32Array };
  });
}

/** Names of the inputs on which values depend. */
function inputsOf(outputs: Outputs): Set<string> {
  const inputs = topologicalOrder(Object.values(outputs)).filter(({ operation }) => operation === inputOperation);
  return new Set(inputs.map(({ attributes }) => attributes.name as string));
}
