import type { Random } from '../random.js';
import { cellFor } from './cells/index.js';
import { entryView, type ModelOptions, type ParameterEntry, type ParameterTable } from './parameter-table.js';

/** How a model begins. Every choice is drawn in the order of the table, so a seed gives the same model everywhere. */
export interface InitializationOptions {
  /**
   * `pytorch`: what torch.nn does: embedding N(0, 1), all else uniform in ±1/sqrt(H).
   * `uniform`: everything uniform in ±range (Zaremba et al. 2014).
   * `xavier-uniform`, `xavier-normal`: Glorot and Bengio 2010, each gate a matrix of its own; biases 0.
   * `orthogonal`: recurrent gates orthogonal (Saxe et al. 2014), all else as xavier-uniform.
   */
  readonly type: 'pytorch' | 'uniform' | 'xavier-uniform' | 'xavier-normal' | 'orthogonal';
  /** For `uniform`. */
  readonly range?: number | undefined;
  /** Sum of the two biases of the LSTM's forget gate (Jozefowicz et al. 2015: 1); left as drawn when absent. */
  readonly forgetBias?: number | undefined;
}

/** Fills the arena with a model's first parameters. */
export function initialize(
  arena: Float32Array,
  table: ParameterTable,
  model: ModelOptions,
  options: InitializationOptions,
  random: Random,
): void {
  const H = model.hiddenSize;
  for (const entry of table.entries) {
    const values = entryView(arena, entry);
    if (options.type === 'pytorch') {
      if (entry.name === 'encoder.weight') fill(values, () => random.normal());
      else fillUniform(values, 1 / Math.sqrt(H), random);
    } else if (options.type === 'uniform') {
      fillUniform(values, options.range ?? 0.1, random);
    } else if (entry.shape.length === 1) {
      values.fill(0);
    } else {
      for (const block of gateBlocks(values, entry, H)) fillBlock(block, entry, H, options.type, random);
    }
  }
  if (options.forgetBias !== undefined) setForgetBias(arena, table, model, options.forgetBias);
}

function fill(values: Float32Array, draw: () => number): void {
  for (let i = 0; i < values.length; i++) values[i] = draw();
}

function fillUniform(values: Float32Array, range: number, random: Random): void {
  fill(values, () => (2 * random.uniform() - 1) * range);
}

/** The gates of a recurrent layer are matrices of H rows; any other parameter is one matrix. */
function gateBlocks(values: Float32Array, entry: ParameterEntry, H: number): Float32Array[] {
  if (!entry.name.startsWith('rnn.')) return [values];
  const size = H * entry.shape[1]!;
  return Array.from({ length: values.length / size }, (_, gate) => values.subarray(gate * size, (gate + 1) * size));
}

function fillBlock(
  block: Float32Array,
  entry: ParameterEntry,
  H: number,
  type: InitializationOptions['type'],
  random: Random,
): void {
  const columns = entry.shape[1]!;
  const rows = block.length / columns;
  if (type === 'orthogonal' && entry.name.startsWith('rnn.weight_hh')) fillOrthogonal(block, H, random);
  else if (type === 'xavier-normal') fill(block, () => random.normal() * Math.sqrt(2 / (rows + columns)));
  else fillUniform(block, Math.sqrt(6 / (rows + columns)), random);
}

/**
 * A random orthogonal matrix: rows drawn from a normal distribution, made orthonormal one after the other by the modified Gram-Schmidt
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

function setForgetBias(arena: Float32Array, table: ParameterTable, model: ModelOptions, forgetBias: number): void {
  const { forgetGate } = cellFor(model.cell);
  if (forgetGate === undefined) throw new Error(`${model.cell.type} has no forget gate`);
  const [from, to] = [forgetGate * model.hiddenSize, (forgetGate + 1) * model.hiddenSize];
  for (const entry of table.entries) {
    if (entry.name.startsWith('rnn.bias_ih')) entryView(arena, entry).fill(forgetBias, from, to);
    if (entry.name.startsWith('rnn.bias_hh')) entryView(arena, entry).fill(0, from, to);
  }
}
