import type { Node } from '../graph/node.js';
import { parameter } from '../graph/operations/input.js';
import { type CellChoice, cellFor } from './cells/index.js';

/** What a language model is made of. */
export interface ModelOptions {
  readonly vocabularySize: number;
  readonly cell: CellChoice;
  readonly layers: number;
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  /** Probability that a non-recurrent connection is dropped in training. */
  readonly dropout: number;
  /** The decoder's weights are the embedding's (needs equal sizes). */
  readonly tieWeights: boolean;
}

/** One trained tensor: its name and shape as PyTorch has them, and its place in the flat arena (in floats). */
export interface ParameterEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
}

/**
 * All parameters of a model, one after the other in one flat arena. This table alone drives checkpoints, import and export, the
 * optimizers and reports.
 */
export interface ParameterTable {
  readonly entries: readonly ParameterEntry[];
  /** Floats in the arena; entries begin at multiples of four, and what lies between them is zero. */
  readonly arenaLength: number;
  /** Trained numbers. */
  readonly count: number;
}

export function parameterTable(model: ModelOptions): ParameterTable {
  const { vocabularySize: V, embeddingSize: E, hiddenSize: H, layers, tieWeights } = model;
  const G = cellFor(model.cell).gates;
  const shapes: [string, number[]][] = [['encoder.weight', [V, E]]];
  for (let layer = 0; layer < layers; layer++) {
    shapes.push([`rnn.weight_ih_l${layer}`, [G * H, layer === 0 ? E : H]]);
    shapes.push([`rnn.weight_hh_l${layer}`, [G * H, H]]);
    shapes.push([`rnn.bias_ih_l${layer}`, [G * H]]);
    shapes.push([`rnn.bias_hh_l${layer}`, [G * H]]);
  }
  if (!tieWeights) shapes.push(['decoder.weight', [V, H]]);
  shapes.push(['decoder.bias', [V]]);

  const entries: ParameterEntry[] = [];
  let offset = 0;
  let count = 0;
  for (const [name, shape] of shapes) {
    const length = shape.reduce((product, size) => product * size);
    entries.push({ name, shape, offset, length });
    offset += Math.ceil(length / 4) * 4;
    count += length;
  }
  return { entries, arenaLength: offset, count };
}

/** The part of a flat arena that belongs to an entry. */
export function entryView(arena: Float32Array, entry: ParameterEntry): Float32Array {
  return arena.subarray(entry.offset, entry.offset + entry.length);
}

/** The parameters as inputs of a graph: a vector is one row. */
export function parameterNodes(table: ParameterTable): Record<string, Node> {
  return Object.fromEntries(
    table.entries.map(({ name, shape }) => {
      const [rows, columns] = shape.length === 1 ? [1, shape[0]!] : [shape[0]!, shape[1]!];
      return [name, parameter(name, rows, columns)];
    }),
  );
}

/** Where each parameter's input finds its memory. */
export function parameterBindings(table: ParameterTable, arena: Float32Array, prefix = ''): Record<string, Float32Array[]> {
  return Object.fromEntries(table.entries.map((entry) => [prefix + entry.name, [entryView(arena, entry)]]));
}
