import { architectureOf } from './architecture.js';
import { layerName } from './placed-layer.js';
import type { ModelOptions } from './specification.js';

/** A part of the state of a recurrent layer. */
export interface RecurrentPart {
  readonly columns: number;
  /** Its name among the states of the model: `h.0`. */
  readonly state: string;
  /** `layers.0.state.h`: the tap of its value after a step. */
  readonly name: string;
}

/** The state of one recurrent layer, the index of which is `layer`. */
export interface RecurrentState {
  readonly layer: number;
  readonly parts: readonly RecurrentPart[];
}

/** The states of the recurrent layers of a model. Inputs of earlier steps that some cells keep are not among them. */
export function recurrentStates(model: ModelOptions): RecurrentState[] {
  return architectureOf(model).layers.flatMap(({ layer: { cell }, size, stateName }, layer) => {
    if (cell === undefined) return [];
    const parts = cell.states(size).map(({ name, columns }) => ({
      columns,
      state: stateName(name),
      name: layerName(layer, `state.${name}`),
    }));
    return [{ layer, parts }];
  });
}
