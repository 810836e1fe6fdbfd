import type { Node } from '../graph/node.js';
import { concatenate } from '../graph/operations/concatenate.js';
import { multiply } from '../graph/operations/multiply.js';
import { slice, splitRows } from '../graph/operations/slice.js';
import type { Cell, CellParameters } from './cells/cell.js';

/**
 * A cell's equations applied to each step of a window: the unrolled network.
 * @param input [T*B, E], time-major
 * @param state the state before the window, each part [B, H]
 * @param keep [T*B, 1] where the state is to be forgotten before some steps: 0 there, else 1
 * @returns the layer's outputs [T*B, H], and the state after the window
 */
export function recurrentLayer(cell: Cell, input: Node, state: readonly Node[], parameters: CellParameters, keep?: Node) {
  const B = state[0]!.rows;
  const keeps = keep && splitRows(keep, keep.rows / B);
  const outputs = [state[0]!];
  let current = state;
  for (const [t, x] of splitRows(input, input.rows / B).entries()) {
    const before = keeps ? current.map((part) => multiply(part, keeps[t]!)) : current;
    current = cell.step(x, before, parameters);
    outputs.push(current[0]!);
  }
  if (outputs.length === 2) return { output: outputs[1]!, state: current };
  // The state before the window stands first: back-propagation multiplies with all outputs but the last, so both are parts of one.
  const all = concatenate(outputs, 'rows');
  return { output: slice(all, 'rows', B, input.rows), state: current };
}
