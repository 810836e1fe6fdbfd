import type { Node, Outputs } from '../graph/node.js';
import { input } from '../graph/operations/input.js';
import { splitRows } from '../graph/operations/movement.js';
import { add } from '../graph/operations/pointwise.js';
import { rewriteBackward, rewriteForward } from '../graph/rewrites/index.js';
import { architectureOf } from './architecture.js';
import { joinedParts, withGradients } from './graphs.js';
import { objectiveOf } from './objective-graph.js';
import { layerName } from './placed-layer.js';
import type { ModelOptions } from './specification.js';
import { evaluating, type Manner, type WindowOptions } from './window-graph.js';

/** What an observation shows besides the loss. */
export interface ObservationOptions {
  /** Whether the gradients with respect to the states of recurrent layers are computed. */
  readonly states: boolean;
  /** Names of values to output (see `Tap`): `tap.NAME` [T*B, columns], the values of all steps stacked in the rows. */
  readonly taps?: readonly string[];
}

/** A part of the state of a recurrent layer, as an observation names it. */
export interface ObservedState {
  /** The index of the layer in the model. */
  readonly layer: number;
  /** `layers.0.state.h`. */
  readonly name: string;
  readonly columns: number;
}

/** The parts of the state of all recurrent layers. The inputs of earlier steps that some cells keep are not among them. */
export function observedStates(model: ModelOptions): ObservedState[] {
  return architectureOf(model).layers.flatMap(({ layer, size }, index) =>
    (layer.cell?.states(size) ?? []).map(({ name, columns }) => ({
      layer: index,
      name: layerName(index, `state.${name}`),
      columns,
    })),
  );
}

/**
 * Graph that shows the values within a trained model, and how the loss depends on its states. Nothing is random, and the parameters get no
 * gradients.
 *
 * Inputs as for training, without `step`, and for each part of the state a *probe*, `probe.NAME` [T*B, columns], which is added to the state
 * after each step: to what the next step reads, and not to the output of this step. Probes are zero; a value in them moves the state.
 *
 * Outputs: `loss` [1, 1], the sum of the counted losses times `inverseCount`; `next.*`; `tap.NAME` of each tap; and for each part of the
 * state `gradient.probe.NAME` [T*B, columns]: the gradient of `loss` with respect to the probe, that is, to the state that the next step reads.
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
  const rows = (steps * batchSize) / shards;
  const probes = states ? observedStates(model).map(({ name, columns }) => ({ name, columns, read: 0 })) : [];
  const inputs = new Map(probes.map(({ name, columns }) => [name, input(`probe.${name}`, { rows, columns, sharded: true })]));
  const parts = new Map([...inputs].map(([name, probe]) => [name, splitRows(probe, steps)]));
  const tapped: Record<string, Node> = {};
  const tap: Manner['tap'] = (name, value) => {
    if (taps.includes(name)) tapped[`tap.${name} ${Object.keys(tapped).length}`] = value;
    const probe = probes.find((candidate) => candidate.name === name);
    return probe === undefined ? value : add(value, parts.get(name)![probe.read++]!);
  };
  const { losses: _, ...outputs } = objectiveOf(model, window, { ...evaluating, tap });
  const { loss, ...rest } = rewriteForward({ ...outputs, ...tapped }, shards);
  const withProbes = withGradients(
    { loss: loss!, ...rest },
    probes.map(({ name }) => `probe.${name}`),
  );
  const names = taps.map((name) => `tap.${name}`);
  return rewriteBackward(joinedParts(withProbes, names));
}
