import { resolveConfig } from '../../config/resolve.js';
import type { CorpusConfig } from '../../config/types.js';
import { kindOf } from '../../files/regular-file.js';
import { UserError } from '../../foundation/errors.js';
import type { ModelDescription } from '../../model/model-description.js';
import { findFiles } from '../../text/reading/find-files.js';
import type { SplitName } from '../../text/splits.js';
import { standardError } from '../../ui/output.js';

/** Paths of a list that are told; more are counted. */
const TOLD = 3;

/**
 * The corpus that a model file names. The file may come from anybody, so that it decides nothing but which texts are read: tokens are
 * kept in no folder of its choice, only in the user's cache, or nowhere.
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
 * Says which files of a model's corpus are about to be read, on standard error, and refuses those that are not regular files: a model
 * file must not make a program wait for a pipe or read a device.
 *
 * @throws UserError `data` naming the first that is none
 */
export async function announceCorpus({ path }: ModelDescription, corpus: CorpusConfig, split: SplitName): Promise<void> {
  const named = 'path' in corpus ? { [split]: corpus.path } : corpus;
  const wanted = [named[split] ?? []].flat();
  const more = wanted.length > TOLD ? ` and ${wanted.length - TOLD} more` : '';
  const places = `${wanted.slice(0, TOLD).join(', ')}${more}`;
  await standardError.line(`reading the ${split} split of the corpus that ${path} names: ${places}`);
  // All parts are opened, of which one is read.
  const all = 'path' in corpus ? [corpus.path] : [corpus.train, corpus.validation ?? [], corpus.test ?? []];
  for (const file of await findFiles(all.flat(2))) {
    if (kindOf(file) === 'special')
      throw new UserError('data', `${file} is not a regular file, and no other is read because a model names it`);
  }
}
