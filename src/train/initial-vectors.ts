import type { ResolvedConfig } from '../config/types.js';
import { fileDigest } from '../files/file-digest.js';
import { UserError } from '../foundation/errors.js';
import { entryView, type ParameterTable } from '../model/parameter-table.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { readWordVectors, type WordVectors } from '../text/word-vectors/read-vectors.js';

/** Initial vectors for the embedding of a new run. */
export interface InitialVectors {
  readonly sha256: string;
  readonly vectors: WordVectors;
  /** A notice that says how many tokens have a vector. */
  readonly notice: string;
}

/**
 * Reads the file that `model.initialization.vectors` names; undefined where it names none.
 *
 * @throws UserError `data` for an invalid file, `usage` when its digest is not the one in the config
 */
export async function readInitialVectors({ model }: ResolvedConfig, tokenizer: Tokenizer): Promise<InitialVectors | undefined> {
  const setting = model.initialization.vectors;
  if (setting === undefined) return undefined;
  const { path } = setting;
  const vectors = await readWordVectors(path, tokenizer, model.embedding.size);
  const sha256 = await fileDigest(path);
  if (setting.sha256 !== undefined && setting.sha256 !== sha256)
    throw new UserError(
      'usage',
      `model.initialization.vectors.sha256 is ${setting.sha256}, and ${path} has ${sha256}: it is another file. ` +
        'Restore the original file, or leave sha256 out',
    );
  const { size } = tokenizer.vocabulary;
  const share = ((100 * vectors.ids.length) / size).toFixed(1);
  const notice = `vectors of ${path}: ${vectors.ids.length} of ${size} tokens (${share}%) have one, the others are initialized`;
  return { sha256, vectors, notice };
}

/** Writes vectors to an initialized embedding. @param arena the parameters, [table.arenaLength] */
export function fillVectors(arena: Float32Array, { entries }: ParameterTable, { ids, values }: WordVectors): void {
  const embedding = entries.find(({ name }) => name === 'encoder.weight')!;
  const view = entryView(arena, embedding);
  const columns = values.length / ids.length;
  ids.forEach((id, i) => void view.set(values.subarray(i * columns, (i + 1) * columns), id * columns));
}
