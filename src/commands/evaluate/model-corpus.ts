import { resolveConfig } from '../../config/resolve.js';
import type { CorpusConfig } from '../../config/types.js';
import { kindOf } from '../../files/regular-file.js';
import { UserError } from '../../foundation/errors.js';
import type { ModelDescription } from '../../model/model-description.js';
import { findFiles } from '../../text/reading/find-files.js';
import type { SplitName } from '../../text/splits.js';
import { standardError } from '../../ui/output.js';

/** The most paths of a list that are shown; the others are counted. */
const TOLD = 3;

/**
 * The corpus in a model's config. The file is not trusted, so it decides only which texts are read: tokens are stored only in the user's
 * own cache, or nowhere, never in a folder that the file names.
 *
 * @throws UserError `model` when the config in the file cannot be used
 */
export function corpusOfModel({ config, path }: ModelDescription): CorpusConfig {
  try {
    const { corpus } = resolveConfig(config, path);
    return { ...corpus, cache: corpus.cache === 'off' ? 'off' : 'auto' };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('model', `the config in ${path} cannot be used to find its corpus: ${error.message}`, { cause: error });
  }
}

/**
 * Shows, on standard error, which files of a model's corpus will be read, and refuses those that are not regular files: a model file must
 * not make the program wait for a pipe or read a device.
 *
 * @throws UserError `data` naming the first file that is not regular
 */
export async function announceCorpus({ path }: ModelDescription, corpus: CorpusConfig, split: SplitName): Promise<void> {
  const named = 'path' in corpus ? { [split]: corpus.path } : corpus;
  const wanted = [named[split] ?? []].flat();
  const more = wanted.length > TOLD ? ` and ${wanted.length - TOLD} more` : '';
  const places = `${wanted.slice(0, TOLD).join(', ')}${more}`;
  await standardError.line(`reading the ${split} split of the corpus that ${path} names: ${places}`);
  // All parts are opened, although only one is read.
  const all = 'path' in corpus ? [corpus.path] : [corpus.train, corpus.validation ?? [], corpus.test ?? []];
  for (const file of await findFiles(all.flat(2))) {
    if (kindOf(file) === 'special')
      throw new UserError('data', `${file} is not a regular file; a file that a model names must be one`);
  }
}
