import type { Random } from '../foundation/random.js';

/**
 * What a part of a network (embedding, layer, head) declares about itself. The parameter table, initialization, checkpoints, export and
 * import read these declarations.
 */

/**
 * What a parameter is for. Initialization depends on it. `embedding`: a row for each token. `input`: multiplies the input. `recurrent`:
 * multiplies a state. `bias`: is added. `gain`: multiplies values elementwise, by default initially 1. `buffer`: is not trained, by default
 * initially 0. A buffer has no gradient, and the optimizer and regularization do not change it; training writes the value that the layer
 * computes for it (`LayerContext.updateBuffer`).
 */
export type ParameterRole = 'embedding' | 'input' | 'recurrent' | 'bias' | 'gain' | 'buffer';

/** Initial values of a parameter, independent of `model.initialization`: one number for all elements, or a function that writes them. */
export type Initial = number | ((values: Float32Array, random: Random) => void);

/** A tensor of a model. Names and shapes are PyTorch's: a matrix is (outputs, inputs). */
export interface ParameterSpecification {
  readonly name: string;
  readonly shape: readonly [number] | readonly [rows: number, columns: number];
  readonly role: ParameterRole;
  /** How many matrices (gates) are stacked in its rows. Default 1. */
  readonly blocks?: number | undefined;
  /**
   * For the bias of a forget gate: the block of the gate; which share (0 or 1) of the value of `forgetBias` or `chrono` it gets; and the
   * layer's own value, if it has one.
   */
  readonly forgetGate?: { readonly block: number; readonly share: 0 | 1; readonly bias?: number | undefined } | undefined;
  /** For the same bias: the block of the input gate, if the cell has a separate one. `chrono` gives it the opposite value. */
  readonly inputGate?: number | undefined;
  /**
   * In a bias of an update gate, which decides between the old state and a candidate: which block is the gate's, whether it keeps the old
   * state where it is open (else it lets the candidate in), and which share of the value of `chrono` it begins with.
   */
  readonly updateGate?: { readonly block: number; readonly keeps: boolean; readonly share: 0 | 1 } | undefined;
  /** Default: by role and by `model.initialization`. */
  readonly initial?: Initial | undefined;
  /** PyTorch draws it from ±1/sqrt(fan). Default: its number of columns, as in torch.nn.Linear. */
  readonly fan?: number | undefined;
  /** Row i belongs to token i. A model with another vocabulary can take over the rows of the tokens that both have. */
  readonly tokenRows?: true;
}

/** A part of the state that is carried from step to step: [batch, columns], zero before the first token of a text. */
export interface StateSpecification {
  readonly name: string;
  readonly columns: number;
  /** Whether zoneout may keep single values of it: not where they mean something only beside those of another part. Default true. */
  readonly zoneout?: boolean;
}

/** A parameter of a model, by its name in the model. */
export interface PlacedParameter extends ParameterSpecification {
  /** Which part of the model it belongs to; `objective`: only training uses it, and it is no part of the model. */
  readonly part: 'embedding' | 'layer' | 'head' | 'objective';
}

/** Whether a parameter is a weight matrix of a layer, which multiplies the layer's input or state. */
export function isLayerMatrix({ part, role, shape }: PlacedParameter): boolean {
  return part === 'layer' && shape.length === 2 && (role === 'input' || role === 'recurrent');
}
