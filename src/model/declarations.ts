/**
 * What a part of a network (embedding, layer, head) declares of itself. Everything that needs to know its parameters and states reads
 * these declarations: the parameter table, initialisation, checkpoints, export and import.
 */

/**
 * What a parameter is for. Initialisation goes by it.
 * `embedding`: a row for each token. `input`: multiplies the input. `recurrent`: multiplies a state. `bias`: is added.
 */
export type ParameterRole = 'embedding' | 'input' | 'recurrent' | 'bias';

/** A trained tensor. Names and shapes are PyTorch's: a matrix is (outputs, inputs). */
export interface ParameterSpecification {
  readonly name: string;
  readonly shape: readonly [number] | readonly [rows: number, columns: number];
  readonly role: ParameterRole;
  /** How many matrices (gates) lie one below the other in it. Default 1. */
  readonly blocks?: number | undefined;
  /** In a bias of a forget gate: which block is the gate's, and which share of the initialisation's `forgetBias` it begins with. */
  readonly forgetGate?: { readonly block: number; readonly share: 0 | 1 } | undefined;
  /** PyTorch draws it from ±1/sqrt(fan). Embeddings have none: they are normal. */
  readonly fan: number;
}

/** A part of the state that is carried from step to step: [batch, columns], zero before the first token of a text. */
export interface StateSpecification {
  readonly name: string;
  readonly columns: number;
}
