import { architectureOf } from '../model/architecture.js';
import { modelOptions } from '../model/specification.js';
import { drawInitialParameters } from '../train/initial-parameters.js';
import { type GradientFlow, type GradientFlowOptions, gradientFlow } from './gradient-flow.js';
import { networkOf, type Subject } from './training-subject.js';

/** The gradient flow of a network of one kind of cell. */
export interface CellFlow {
  /** `type` of the cell in a config. */
  readonly cell: string;
  readonly flow: readonly GradientFlow[];
}

/** The cells of the textbooks: without gates, and with the two usual kinds of gates. */
const COMPARED = ['rnn', 'gru', 'lstm'] as const;

/**
 * The gradient flow of networks of different cells before their training: of the sizes of the subject's recurrent layers, with its
 * initialization, on the same text (Hochreiter and Schmidhuber 1997, Bengio et al. 1994).
 */
export async function compareCells(
  { network, engine, config }: Pick<Subject, 'network' | 'engine' | 'config'>,
  measured: Omit<GradientFlowOptions, 'network' | 'engine'>,
): Promise<CellFlow[]> {
  const { embedding, vocabularySize } = network.options;
  const sizes = architectureOf(network.options).layers.flatMap(({ layer, size }) => (layer.cell ? [size] : []));
  if (sizes.length === 0) return [];
  const flows: CellFlow[] = [];
  for (const cell of COMPARED) {
    const layers = sizes.map((size) => ({ type: cell, size }));
    const options = modelOptions({ embedding: { size: embedding.size }, layers }, vocabularySize);
    const fresh = networkOf(engine, options, (arena, table) => drawInitialParameters(arena, table, config));
    flows.push({ cell, flow: await gradientFlow({ network: fresh, engine, ...measured }) });
  }
  return flows;
}
