import type { Fail } from '../foundation/errors.js';
import { quotedName } from '../foundation/printable.js';
import type { ParameterEntry, ParameterTable } from '../model/parameter-table.js';
import type { Parameter } from '../run/model-content.js';
import type { InferredModel } from './infer-model.js';
import type { Matched } from './match-names.js';
import { floatsOf } from './state-dict.js';

/** One parameter of the model and its origin. */
export interface ImportedTensor {
  readonly ours: string;
  /** The name in the file; undefined where the file has no such tensor and a constant replaces it. */
  readonly theirs: string | undefined;
  readonly shape: readonly number[];
  /** The type in the file: F32, BF16, ... */
  readonly dtype: string;
  /** The conversion, if any: `zeros`, `BF16, widened`; usually empty. */
  readonly note: string;
}

/**
 * The parameters of a model, from the tensors that were matched to them. Shapes are checked, and numbers must be finite. Missing biases are
 * zero; a missing embedding is the decoder's matrix or the identity.
 *
 * @returns the parameters in the order of the table, and a row for each tensor that was used
 */
export function importParameters(
  table: ParameterTable,
  model: InferredModel,
  matched: Matched,
  fail: Fail,
): { parameters: Parameter[]; tensors: ImportedTensor[] } {
  const known = new Set(table.entries.map(({ name }) => name)).add('decoder.weight');
  for (const [ours, { name }] of matched) {
    if (!known.has(ours))
      fail(
        `${quotedName(name)} would be ${quotedName(ours)}, which a model of ${model.specification.layers.length} layers does not have`,
      );
  }
  const parts = table.entries.map((entry) => importParameter(entry, model, matched, fail));
  const decoder = matched.get('decoder.weight');
  const twice = model.specification.head.tie && model.embedding === 'own' ? decoder : undefined;
  return {
    parameters: parts.map(({ parameter }) => parameter),
    tensors: [
      ...parts.map(({ origin }) => origin),
      ...(twice
        ? [{ ours: 'encoder.weight', theirs: twice.name, shape: twice.shape, dtype: twice.dtype, note: 'the same: tied' }]
        : []),
    ],
  };
}

function importParameter(
  entry: ParameterEntry,
  { embedding }: InferredModel,
  matched: Matched,
  fail: Fail,
): { parameter: Parameter; origin: ImportedTensor } {
  const { name: ours, shape } = entry;
  const theirs = matched.get(ours === 'encoder.weight' && embedding === 'decoder' ? 'decoder.weight' : ours);
  if (!theirs) {
    const { data, note } = standIn(entry, fail);
    return { parameter: { name: ours, shape, data }, origin: { ours, theirs: undefined, shape, dtype: 'F32', note } };
  }
  if (theirs.shape.length !== shape.length || theirs.shape.some((size, i) => size !== shape[i])) {
    fail(`${quotedName(theirs.name)} has the shape [${theirs.shape.join(', ')}], where ${ours} needs [${shape.join(', ')}]`);
  }
  const note = theirs.dtype === 'F32' ? '' : theirs.dtype === 'F64' ? 'F64, rounded' : `${theirs.dtype}, widened`;
  return {
    parameter: { name: ours, shape, data: floatsOf(theirs, fail) },
    origin: { ours, theirs: theirs.name, shape, dtype: theirs.dtype, note },
  };
}

/** The value of a parameter that the file does not have. */
function standIn({ name, shape, length, role }: ParameterEntry, fail: Fail): { data: Float32Array; note: string } {
  if (role === 'bias') return { data: new Float32Array(length), note: 'zeros' };
  if (name !== 'encoder.weight') fail(`it has no ${name}, and no other tensor fits: give its name in a map (--map)`);
  const data = new Float32Array(length);
  for (let i = 0; i < shape[0]!; i++) data[i * shape[1]! + i] = 1;
  return { data, note: 'identity: one-hot input' };
}
