import type { Random } from '../foundation/random.js';
import type { ParameterRole } from './declarations.js';
import { entryView, type ParameterEntry, type ParameterTable } from './parameter-table.js';

/** Initialization of a model. All values are drawn in the order of the table, so a seed gives the same model on every machine. */
export interface InitializationOptions {
  /**
   * `pytorch`: what torch.nn does: embedding N(0, 1), all else uniform in ±1/sqrt(fan), where fan is H in a recurrent layer.
   * `uniform`: everything uniform in ±range (Zaremba et al. 2014).
   * `xavier-uniform`, `xavier-normal`: Glorot and Bengio 2010, each gate a matrix of its own; biases 0.
   * `orthogonal`: recurrent gates orthogonal (Saxe et al. 2014), all else as xavier-uniform.
   * `identity`: recurrent gates `scale` times the identity (Le et al. 2015), all else as xavier-uniform.
   */
  readonly type: 'pytorch' | 'uniform' | 'xavier-uniform' | 'xavier-normal' | 'orthogonal' | 'identity';
  /** For `uniform`. */
  readonly range?: number | undefined;
  /** For `identity`. Default 1. */
  readonly scale?: number | undefined;
  /** Sum of the two biases of the LSTM's forget gate (Jozefowicz et al. 2015: 1). Default: as drawn. */
  readonly forgetBias?: number | undefined;
  /**
   * Tmax of the chrono initialization (Tallec and Ollivier 2018): the forget gate's biases add up to ln u with u uniform between 1 and
   * Tmax - 1, drawn for each unit, so that units remember for about u steps; those of the input gate to -ln u. An update gate begins as
   * the forget gate where it keeps the state, and as the input gate where it lets a candidate in.
   */
  readonly chrono?: number | undefined;
}

/** Fills the arena with initial parameters: by each parameter's own declaration (`initial`), else by its role and the options. */
export function initialize(arena: Float32Array, table: ParameterTable, options: InitializationOptions, random: Random): void {
  for (const entry of table.entries) {
    const values = entryView(arena, entry);
    const initial = entry.initial ?? initialOfRole(entry.role);
    if (initial !== undefined) {
      if (typeof initial === 'number') values.fill(initial);
      else initial(values, random);
    } else if (options.type === 'pytorch') {
      if (entry.role === 'embedding') fill(values, () => random.normal());
      else fillUniform(values, 1 / Math.sqrt(entry.fan ?? entry.shape.at(-1)!), random);
    } else if (options.type === 'uniform') {
      fillUniform(values, options.range ?? 0.1, random);
    } else if (entry.role === 'bias') {
      values.fill(0);
    } else {
      for (const block of blocksOf(values, entry)) fillBlock(block, entry, options, random);
    }
    fillGates(values, entry, options, random);
  }
}

/** Biases of gates that have a rule of their own. What the layer says comes before what the model says. */
function fillGates(values: Float32Array, entry: ParameterEntry, { forgetBias, chrono }: InitializationOptions, random: Random) {
  const { forgetGate, inputGate, updateGate } = entry;
  const blocks = blocksOf(values, entry);
  const bias = forgetGate?.bias ?? forgetBias;
  if (forgetGate && bias !== undefined) blocks[forgetGate.block]!.fill(forgetGate.share * bias);
  else if (chrono !== undefined && (forgetGate || updateGate)) {
    const { block, share } = (forgetGate ?? updateGate)!;
    const sign = updateGate?.keeps === false ? -1 : 1;
    const gate = blocks[block]!;
    const input = inputGate === undefined ? undefined : blocks[inputGate];
    for (let i = 0; i < gate.length; i++) {
      gate[i] = share === 0 ? 0 : sign * Math.log(1 + (chrono - 2) * random.uniform());
      if (input) input[i] = -gate[i]!;
    }
  }
}

/** The initial value of roles that do not depend on the initialization. */
function initialOfRole(role: ParameterRole): number | undefined {
  if (role === 'gain') return 1;
  return role === 'buffer' ? 0 : undefined;
}

function fill(values: Float32Array, draw: () => number): void {
  for (let i = 0; i < values.length; i++) values[i] = draw();
}

function fillUniform(values: Float32Array, range: number, random: Random): void {
  fill(values, () => (2 * random.uniform() - 1) * range);
}

/** The matrices (gates) that are stacked in a parameter's rows. */
function blocksOf(values: Float32Array, { blocks = 1 }: ParameterEntry): Float32Array[] {
  const length = values.length / blocks;
  return Array.from({ length: blocks }, (_, block) => values.subarray(block * length, (block + 1) * length));
}

function fillBlock(
  block: Float32Array,
  { role, shape }: ParameterEntry,
  { type, scale = 1 }: InitializationOptions,
  random: Random,
): void {
  const columns = shape.at(-1)!;
  const rows = block.length / columns;
  if (type === 'orthogonal' && role === 'recurrent' && rows === columns) fillOrthogonal(block, columns, random);
  else if (type === 'identity' && role === 'recurrent' && rows === columns) fillIdentity(block, columns, scale);
  else if (type === 'xavier-normal') fill(block, () => random.normal() * Math.sqrt(2 / (rows + columns)));
  else fillUniform(block, Math.sqrt(6 / (rows + columns)), random);
}

function fillIdentity(block: Float32Array, size: number, scale: number): void {
  block.fill(0);
  for (let i = 0; i < size; i++) block[i * (size + 1)] = scale;
}

/**
 * A random orthogonal matrix: rows drawn from a normal distribution and orthonormalized one after another by the modified Gram-Schmidt
 * process in float64. The result has the Haar distribution (Mezzadri 2007).
 */
function fillOrthogonal(block: Float32Array, size: number, random: Random): void {
  const rows = Array.from({ length: size }, () => Float64Array.from({ length: size }, () => random.normal()));
  for (const [r, row] of rows.entries()) {
    for (let before = 0; before < r; before++) {
      const unit = rows[before]!;
      const share = dot(row, unit);
      for (let c = 0; c < size; c++) row[c]! -= share * unit[c]!;
    }
    const norm = Math.sqrt(dot(row, row));
    for (let c = 0; c < size; c++) row[c]! /= norm;
    block.set(row, r * size);
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
