import type { ReadTensor } from '../files/safetensors-content.js';
import type { Fail } from '../foundation/errors.js';
import { quotedName } from '../foundation/printable.js';
import { isJsonMap, type JsonValue, parseStrictJson } from '../foundation/strict-json.js';
import { cells } from '../model/cells/index.js';
import { type LayerChoice, type ModelSpecification, maximumLayers, modelSpecification } from '../model/specification.js';
import type { CellHints } from './cell-hints.js';
import type { Matched } from './match-names.js';

/** Sizes and kind of a model, inferred from its tensors. */
export interface InferredModel {
  readonly specification: ModelSpecification;
  readonly vocabularySize: number;
  /** The source of the embedding: its own tensor, the decoder's (tied), or the identity for one-hot inputs. */
  readonly embedding: 'own' | 'decoder' | 'one-hot';
}

/** The largest vocabulary with one-hot inputs: a larger identity matrix would only take memory. */
const maximumOneHot = 4096;

/**
 * Infers kind and sizes of a model from the shapes of its tensors: a recurrent matrix has as many blocks of H rows as the cell has gates.
 * The decoder is tied if it is missing or equals the embedding number by number. All shapes are checked later.
 *
 * @param tied whether the file says that the embedding is stored as the decoder
 */
export function inferModel(matched: Matched, hints: CellHints, tied: boolean, fail: Fail): InferredModel {
  const numbers = [...matched.keys()].map((name) => Number(/^rnn\.weight_hh_l(\d+)$/.exec(name)?.[1] ?? -1));
  const count = Math.max(...numbers) + 1;
  if (count === 0)
    fail('it has no recurrent layer: no tensor is named like weight_hh_l0, as those of torch.nn.LSTM, GRU and RNN');
  if (count > maximumLayers) fail(`its names count ${count} recurrent layers; allowed: at most ${maximumLayers}`);
  const embeddingSize = matrix(matched, 'rnn.weight_ih_l0', fail).columns;
  const layers = Array.from({ length: count }, (_, k) => layerOf(matrix(matched, `rnn.weight_hh_l${k}`, fail), hints, fail));
  const hiddenSize = layers.at(-1)!.size;
  const encoder = matched.get('encoder.weight');
  const decoder = matched.get('decoder.weight');
  if (!encoder && !decoder) fail('it has neither an embedding nor a decoder: give their names in a map (--map)');
  const { rows: vocabularySize } = matrix(matched, encoder ? 'encoder.weight' : 'decoder.weight', fail);
  const embedding = encoder ? 'own' : !tied && embeddingSize === vocabularySize ? 'one-hot' : 'decoder';
  if (embedding === 'one-hot' && vocabularySize > maximumOneHot) {
    fail(`it has no embedding, and its input is ${vocabularySize} wide: one-hot input is read up to ${maximumOneHot} tokens`);
  }
  const projection = matched.get('projection.weight');
  const fits = embeddingSize === hiddenSize || projection !== undefined;
  const tieWeights = embedding === 'decoder' || !decoder || (fits && areEqual(encoder, decoder));
  if (projection && !tieWeights)
    fail(
      `${quotedName(projection.name)} is a projection between layers and decoder, which Textloom has for tied weights alone, and ` +
        `${quotedName(decoder!.name)} is another matrix than the embedding`,
    );
  if (tieWeights && !fits) {
    const missing = decoder ? 'embedding' : 'decoder';
    fail(
      `it has no ${missing}, and weights cannot be tied without a projection where the embedding has ${embeddingSize} columns and the state ${hiddenSize}: ` +
        `give the name of the ${missing} in a map (--map)`,
    );
  }
  const head = { type: 'softmax', tie: tieWeights };
  const specification = modelSpecification({ embedding: { size: embeddingSize }, layers, head }, 'the model of the file');
  return { specification, vocabularySize, embedding };
}

/** The description of the model in the metadata of an export of ours; undefined for other files. */
export function statedModel(metadata: ReadonlyMap<string, string>, hints: CellHints): ModelSpecification | undefined {
  if (metadata.get('producer') !== 'textloom') return undefined;
  let section: JsonValue;
  try {
    section = parseStrictJson(metadata.get('model') ?? 'null');
  } catch {
    return undefined;
  }
  if (!isJsonMap(section)) return undefined;
  const { vocabularySize: _, ...model } = section;
  const said = modelSpecification(model, 'the metadata');
  const given = Object.entries(hints).filter(([, value]) => value !== undefined);
  const layers = said.layers.map((layer) => ({
    ...layer,
    ...Object.fromEntries(given.filter(([name]) => name in layer)),
  })) as LayerChoice[];
  return { ...said, layers };
}

function matrix(matched: Matched, ours: string, fail: Fail): { name: string; rows: number; columns: number } {
  const tensor = matched.get(ours) ?? fail(`it has no ${ours}, and no other tensor fits: give its name in a map (--map)`);
  const [rows = 0, columns = 0] = tensor.shape;
  if (tensor.shape.length !== 2 || rows === 0 || columns === 0)
    fail(`${quotedName(tensor.name)} has the shape [${tensor.shape.join(', ')}], where ${ours} is a matrix`);
  return { name: tensor.name, rows, columns };
}

/** The layer to which a recurrent matrix belongs. */
function layerOf({ name, rows, columns }: ReturnType<typeof matrix>, hints: CellHints, fail: Fail): Record<string, unknown> {
  const known = cells.filter(({ importedGates }) => importedGates !== undefined);
  const cell = known.find(({ importedGates }) => rows === importedGates! * columns);
  if (!cell) {
    const allowed = known.map(({ type, importedGates }) => `${importedGates} x ${columns} rows make a cell of type ${type}`);
    return fail(`${quotedName(name)} has the shape [${rows}, ${columns}]: ${allowed.join(', ')}`);
  }
  const values = Object.entries(cell.options).map(([key, option]) => [key, hints[key] ?? option.default]);
  return { type: cell.type, size: columns, ...Object.fromEntries(values) };
}

function areEqual(a: ReadTensor | undefined, b: ReadTensor): boolean {
  if (!a || a.data.length !== b.data.length) return false;
  for (let i = 0; i < a.data.length; i++) if (a.data[i] !== b.data[i]) return false;
  return true;
}
