import type { Node } from '../../graph/node.js';
import { concatenate, slice, splitRows } from '../../graph/operations/movement.js';
import { multiply } from '../../graph/operations/pointwise.js';
import { type Cell, type CellDeclaration, plainStep } from '../cells/cell.js';
import type { StateSpecification } from '../declarations.js';
import { declareLayer, type Layer, type LayerContext, type LayerDeclaration, type LayerOutput } from './layer.js';

/** The layer type of a cell: its equations applied to each step of a window. */
export function recurrentLayer({ type, name, describe, options, create }: CellDeclaration): LayerDeclaration {
  return declareLayer({
    type,
    name,
    describe,
    options,
    sized: true,
    create(values, { inputSize, size }): Layer {
      const cell = create(values);
      const states = cell.states(size);
      const parameters = cell.parameters(inputSize, size);
      return {
        cell,
        parameters,
        states,
        forward(x, context) {
          const before = states.map(({ name }) => context.state(name));
          const weights = Object.fromEntries(parameters.map(({ name }) => [name, context.parameter(name)]));
          const standard = cell.onnx && !context.keep && context.standard(cell.onnx, x, before);
          return standard || unroll(cell, x, before, weights, context, states);
        },
      };
    },
  });
}

/** The unrolled network of the textbooks. */
function unroll(
  cell: Cell,
  input: Node,
  before: readonly Node[],
  parameters: Readonly<Record<string, Node>>,
  { batch, steps, keep, tap }: LayerContext,
  states: readonly StateSpecification[],
): LayerOutput {
  const keeps = keep && splitRows(keep, steps);
  const step = plainStep(tap);
  const outputs: Node[] = [];
  let state = before;
  for (const [t, x] of splitRows(input, steps).entries()) {
    const kept = keeps ? state.map((part) => multiply(part, keeps[t]!)) : state;
    const next = cell.step(x, kept, parameters, step);
    outputs.push(tap('output', next.output));
    for (const [i, { name }] of states.entries()) tap(`state.${name}`, next.state[i]!);
    state = next.state;
  }
  if (outputs.length === 1) return { output: outputs[0]!, state };
  // Where the output is the first part of the state, back-propagation multiplies with all outputs but the last and with the state
  // before the window: both are parts of one matrix.
  if (state[0] !== outputs.at(-1)) return { output: concatenate(outputs, 'rows'), state };
  const all = concatenate([before[0]!, ...outputs], 'rows');
  return { output: slice(all, 'rows', batch, input.rows), state };
}
