import type { Random } from '../foundation/random.js';

/**
 * What a part of a network (embedding, layer, head) declares of itself. Everything that needs to know its parameters and states reads
 * these declarations: the parameter table, initialisation, checkpoints, export and import.
 */

/**
 * What a parameter is for. Initialisation goes by it.
 * `embedding`: a row for each token. `input`: multiplies the input. `recurrent`: multiplies a state. `bias`: is added. `gain`: multiplies
 * values one by one, and begins at 1. `buffer`: is not trained, and begins at 0: it has no gradient, the optimizer and regularization leave
 * it as it is, and training writes what the layer computes for it (`LayerContext.updateBuffer`).
 */
export type ParameterRole = 'embedding' | 'input' | 'recurrent' | 'bias' | 'gain' | 'buffer';

/** How a parameter begins, whatever `model.initialization` is: all elements the same number, or as a function writes them. */
export type Initial = number | ((values: Float32Array, random: Random) => void);

/** A tensor of a model. Names and shapes are PyTorch's: a matrix is (outputs, inputs). */
export interface ParameterSpecification {
  readonly name: string;
  readonly shape: readonly [number] | readonly [rows: number, columns: number];
  readonly role: ParameterRole;
  /** How many matrices (gates) lie one below the other in it. Default 1. */
  readonly blocks?: number | undefined;
  /**
   * In a bias of a forget gate: which block is the gate's, which share of the value of `forgetBias` or `chrono` it begins with, and the
   * value of the layer where it has one of its own.
   */
  readonly forgetGate?: { readonly block: number; readonly share: 0 | 1; readonly bias?: number | undefined } | undefined;
  /** In the same bias: which block is the input gate's, if the cell has one of its own. `chrono` begins it with the opposite. */
  readonly inputGate?: number | undefined;
  /** Default: by role and by `model.initialization`. */
  readonly initial?: Initial | undefined;
  /** PyTorch draws it from ±1/sqrt(fan). Default: its columns, as in torch.nn.Linear. */
  readonly fan?: number | undefined;
  /** Row i belongs to token i: a model with other tokens can take over the rows of those that it has too. */
  readonly tokenRows?: true;
}

/** A part of the state that is carried from step to step: [batch, columns], zero before the first token of a text. */
export interface StateSpecification {
  readonly name: string;
  readonly columns: number;
  /** Whether zoneout may keep single values of it: not where they mean something only beside those of another part. Default true. */
  readonly zoneout?: boolean;
}

/** A parameter in its place in a model, by its name in the whole model. */
export interface PlacedParameter extends ParameterSpecification {
  /** Which part of the model it belongs to. */
  readonly part: 'embedding' | 'layer' | 'head';
}

/** Whether it is a weight matrix of a layer: it multiplies the layer's input or state. */
export function isLayerMatrix({ part, role, shape }: PlacedParameter): boolean {
  return part === 'layer' && shape.length === 2 && (role === 'input' || role === 'recurrent');
}
