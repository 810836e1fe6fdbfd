import type { StandardOperator } from '../onnx/recurrent-operator.js';
import { type LayerPlace, parameterTensor } from './layer-place.js';

/**
 * A layer as one of ONNX's own operators: LSTM, GRU or RNN. The weights are reordered to its order of gates.
 *
 * Reads the states [batch, H], writes `next.*` of the same shape.
 * @returns the name of the outputs, [time, batch, H]
 */
export function operatorLayer(place: LayerPlace, operator: StandardOperator): string {
  const { graph, model, index, layer, size, input, parameterName, stateName } = place;
  const { states } = layer;
  const prefix = `layers.${index}.`;
  const { gates, peepholes } = operator;
  const tensor = (name: string) => parameterTensor(model, parameterName(name));
  const weights = ['weight_ih', 'weight_hh'].map((name) => {
    const { name: own, shape, data } = tensor(name);
    return graph.constant({ name: own, shape: [1, ...shape], data: reordered([data as Float32Array], gates) });
  });
  const biases = ['bias_ih', 'bias_hh'].map((name) => tensor(name).data as Float32Array);
  const bias = graph.constant({ name: `${prefix}bias`, shape: [1, 2 * gates.length * size], data: reordered(biases, gates) });

  const seen = (peepholes ? [tensor('peepholes')] : []).map((own) =>
    graph.constant({ ...own, data: reordered([own.data as Float32Array], peepholes!) }),
  );

  const direction = graph.integers([0]);
  const before = states.map(({ name }) => graph.emit('Unsqueeze', [stateName(name), direction], `${prefix}${name}`));
  const after = states.map(({ name }) => `${prefix}next.${name}`);
  graph.nodes.push({
    type: operator.type,
    // The fifth input, lengths of the sequences, is left out: all are of the window's length.
    inputs: [input, ...weights, bias, '', ...before, ...seen],
    outputs: [`${prefix}directions`, ...after],
    attributes: { hidden_size: size, ...operator.attributes },
  });
  for (const [i, { name }] of states.entries()) graph.emit('Squeeze', [after[i]!, direction], `next.${stateName(name)}`);
  return graph.emit('Squeeze', [`${prefix}directions`, graph.integers([1])], `${prefix}outputs`);
}

/** Each parameter's blocks in the operator's order, one parameter after the other. */
function reordered(parameters: readonly Float32Array[], order: readonly number[]): Float32Array {
  const size = parameters[0]!.length / order.length;
  const result = new Float32Array(parameters.length * parameters[0]!.length);
  let offset = 0;
  for (const parameter of parameters) {
    for (const block of order) {
      result.set(parameter.subarray(block * size, (block + 1) * size), offset);
      offset += size;
    }
  }
  return result;
}
