import type { ReadTensor } from '../checkpoint/safetensors-reader.js';
import { printable } from '../checkpoint/strict-json.js';
import type { CellChoice } from '../model/cells/index.js';
import type { CellHints } from './cell-hints.js';
import type { Matched } from './match-names.js';
import type { Fail } from './state-dict.js';

/** Sizes and kind of a model, as its tensors show them. */
export interface InferredModel {
  readonly cell: CellChoice;
  readonly layers: number;
  readonly vocabularySize: number;
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  readonly tieWeights: boolean;
  /** Where the embedding comes from: a tensor of its own, the decoder's (tied), or the identity, where the input is one-hot. */
  readonly embedding: 'own' | 'decoder' | 'one-hot';
}

/** A larger identity matrix than that of any vocabulary of characters would only take memory. */
const maximumOneHot = 4096;

/**
 * Reads kind and sizes of a model off the shapes of its tensors: the recurrent matrices have 4H rows in an LSTM, 3H in a GRU, H in a
 * plain network. The decoder is tied where it is missing, or is the embedding number by number. That all shapes fit is seen later.
 *
 * @param tied whether the file says that the embedding is kept as the decoder
 */
export function inferModel(matched: Matched, hints: CellHints, tied: boolean, fail: Fail): InferredModel {
  const numbers = [...matched.keys()].map((name) => Number(/^rnn\.weight_hh_l(\d+)$/.exec(name)?.[1] ?? -1));
  const layers = Math.max(...numbers) + 1;
  if (layers === 0)
    fail('it has no recurrent layer: no tensor is named like weight_hh_l0, as those of torch.nn.LSTM, GRU and RNN');
  const inputs = matrix(matched, 'rnn.weight_ih_l0', fail);
  const recurrent = matrix(matched, 'rnn.weight_hh_l0', fail);
  const [hiddenSize, embeddingSize] = [recurrent.columns, inputs.columns];
  const cell = cellOf(recurrent.rows / hiddenSize, hints, recurrent, fail);
  const encoder = matched.get('encoder.weight');
  const decoder = matched.get('decoder.weight');
  if (!encoder && !decoder) fail('it has neither an embedding nor a decoder: say in a map what they are called (--map)');
  const { rows: vocabularySize } = matrix(matched, encoder ? 'encoder.weight' : 'decoder.weight', fail);
  const embedding = encoder ? 'own' : !tied && embeddingSize === vocabularySize ? 'one-hot' : 'decoder';
  if (embedding === 'one-hot' && vocabularySize > maximumOneHot) {
    fail(`it has no embedding, and its input is ${vocabularySize} wide: one-hot input is read up to ${maximumOneHot} tokens`);
  }
  const tieWeights = embedding === 'decoder' || !decoder || (embeddingSize === hiddenSize && areEqual(encoder, decoder));
  if (tieWeights && embeddingSize !== hiddenSize) {
    const missing = decoder ? 'embedding' : 'decoder';
    fail(
      `it has no ${missing}, and weights cannot be tied where the embedding has ${embeddingSize} columns and the state ${hiddenSize}: ` +
        `say in a map what the ${missing} is called (--map)`,
    );
  }
  return { cell, layers, vocabularySize, embeddingSize, hiddenSize, tieWeights, embedding };
}

function matrix(matched: Matched, ours: string, fail: Fail): { name: string; rows: number; columns: number } {
  const tensor = matched.get(ours) ?? fail(`it has no ${ours}, under no name: say in a map what it is called (--map)`);
  const [rows = 0, columns = 0] = tensor.shape;
  if (tensor.shape.length !== 2 || rows === 0 || columns === 0)
    fail(`${printable(tensor.name)} has the shape [${tensor.shape.join(', ')}], where ${ours} is a matrix`);
  return { name: tensor.name, rows, columns };
}

function cellOf(
  gates: number,
  { nonlinearity, reset }: CellHints,
  { name, rows, columns }: ReturnType<typeof matrix>,
  fail: Fail,
): CellChoice {
  const type = gates === 4 ? 'lstm' : gates === 3 ? 'gru' : gates === 1 ? 'rnn' : undefined;
  if (!type) {
    const allowed = `4 x ${columns} rows make an LSTM, 3 x ${columns} a GRU, ${columns} a plain recurrent network`;
    fail(`${printable(name)} has the shape [${rows}, ${columns}]: ${allowed}`);
  }
  if (type === 'gru') return { type, reset: reset ?? 'after' };
  return type === 'rnn' ? { type, nonlinearity: nonlinearity ?? 'tanh' } : { type };
}

function areEqual(a: ReadTensor | undefined, b: ReadTensor): boolean {
  if (!a || a.data.length !== b.data.length) return false;
  for (let i = 0; i < a.data.length; i++) if (a.data[i] !== b.data[i]) return false;
  return true;
}
