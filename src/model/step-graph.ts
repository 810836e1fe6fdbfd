import type { Node, Outputs } from '../graph/node.js';
import { input } from '../graph/operations/input.js';
import { type Architecture, connected, layerContext } from './architecture.js';
import type { Tap } from './cells/cell.js';
import { type ParameterTable, parameterNodes } from './parameter-table.js';
import type { PlacedLayer } from './placed-layer.js';

/**
 * One step of one layer on a batch, from which exports to other formats are written. A step is sufficient, because a layer depends on
 * earlier steps only through its state.
 *
 * Inputs: `x` [batch, inputSize], the parts of the state by the layer's own names, the parameters by their names in the model. Outputs:
 * `output` [batch, size], and `next.NAME` for each part of the state.
 */
export function stepGraph(placed: PlacedLayer, index: number, table: ParameterTable, batch: number, tap?: Tap): Outputs {
  const { layer, inputSize } = placed;
  const parameters = parameterNodes(table.entries);
  const context = layerContext(placed, index, {
    mode: 'evaluate',
    steps: 1,
    batch,
    parameter: (name) => parameters[name]!,
    state: (name) => states.get(name)!,
    tap,
  });
  const states = new Map(
    layer.states.map(({ name, columns }) => [placed.stateName(name), input(name, { rows: batch, columns, sharded: true })]),
  );
  const x = input('x', { rows: batch, columns: inputSize, sharded: true });
  const { output, state } = layer.forward(x, context);
  return { output, ...Object.fromEntries(layer.states.map(({ name }, i) => [`next.${name}`, state[i]!])) };
}

/**
 * The next layer's inputs from one layer's inputs and outputs. Inputs: `x` [batch, inputSize], `y` [batch, size] and the parameters.
 * Output: `output` [batch, outputSize].
 */
export function connectionGraph(placed: PlacedLayer, index: number, table: ParameterTable, batch: number, tap?: Tap) {
  const parameters = parameterNodes(table.entries);
  const x = input('x', { rows: batch, columns: placed.inputSize, sharded: true });
  const y = input('y', { rows: batch, columns: placed.size, sharded: true });
  return { output: connected(placed, index, x, y, { parameter: (name) => parameters[name]!, tap }) };
}

/** The head on a batch of its inputs. Inputs: `x` [batch, headInputSize] and the parameters. Output: `logits` [batch, V]. */
export function headGraph({ head, headInputSize }: Architecture, table: ParameterTable, batch: number): { logits: Node } {
  const parameters = parameterNodes(table.entries);
  const x = input('x', { rows: batch, columns: headInputSize, sharded: true });
  return { logits: head.logProbabilities(x, (name) => parameters[name]!) };
}
