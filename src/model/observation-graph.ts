import type { Node, Outputs } from '../graph/node.js';
import { input } from '../graph/operations/input.js';
import { add } from '../graph/operations/pointwise.js';
import { rewriteBackward, rewriteForward } from '../graph/rewrites/index.js';
import { joinedParts, withGradients } from './graphs.js';
import { objectiveOf } from './objective-graph.js';
import { recurrentStates } from './recurrent-states.js';
import type { ModelOptions } from './specification.js';
import { evaluating, type Manner, type WindowOptions } from './window-graph.js';

/** What an observation shows besides the loss. */
export interface ObservationOptions {
  /** Whether the gradients with respect to the states of recurrent layers are computed. */
  readonly states: boolean;
  /** Names of values to output (see `Tap`): `tap.NAME` [T*B, columns], the values of all steps stacked in the rows. */
  readonly taps?: readonly string[];
}

/**
 * Graph that shows the values within a trained model, and how the loss depends on its states. Nothing is random, and the parameters get no
 * gradients.
 *
 * Inputs as for training, without `step`, and for each part of the state and each step t a *probe*, `probe.NAME t` [B, columns], which is
 * added to the state after the step: to what the next step reads, and not to the output of this step. Probes are zero; a value in them moves
 * the state.
 *
 * Outputs: `loss` [1, 1], the sum of the counted losses times `inverseCount`; `next.*`; `tap.NAME` of each tap; and for each part of the
 * state `gradient.probe.NAME` [T*B, columns]: the gradient of `loss` with respect to the probes, that is, to the states that the next steps
 * read.
 *
 * @throws Error for a tap that the model does not have, and for a bidirectional model, whose stacks are models of one direction
 */
export function observationGraph(
  model: ModelOptions,
  window: WindowOptions,
  { states, taps = [] }: ObservationOptions,
): Outputs {
  if (model.bidirectional) throw new Error('a bidirectional model is observed one stack at a time');
  const { sequenceLength: steps, batchSize, shards } = window;
  const rows = batchSize / shards;
  const parts = states ? recurrentStates(model).flatMap((state) => state.parts) : [];
  const probed = new Map(parts.map(({ name, columns }) => [name, { columns, read: 0 }]));
  const probes = [...probed.keys()].flatMap((name) => Array.from({ length: steps }, (_, t) => `probe.${name} ${t}`));
  const tapped: Record<string, Node> = {};
  const tap: Manner['tap'] = (name, value) => {
    if (taps.includes(name)) tapped[`tap.${name} ${Object.keys(tapped).length}`] = value;
    const probe = probed.get(name);
    if (probe === undefined) return value;
    return add(value, input(`probe.${name} ${probe.read++}`, { rows, columns: probe.columns, sharded: true }));
  };
  const { losses: _, ...outputs } = objectiveOf(model, window, { ...evaluating, tap });
  const { loss, ...rest } = rewriteForward({ ...outputs, ...tapped }, shards);
  const names = [...taps.map((name) => `tap.${name}`), ...[...probed.keys()].map((name) => `gradient.probe.${name}`)];
  return rewriteBackward(joinedParts(withGradients({ loss: loss!, ...rest }, probes), names));
}
