import { statSync } from 'node:fs';
import type { CorpusConfig } from '../../config/types.js';
import { kindOf } from '../../files/regular-file.js';
import { UserError } from '../../foundation/errors.js';
import { findFiles } from '../../text/reading/find-files.js';

/** A larger corpus would make a report slow. */
const MOST_BYTES = 100_000_000;

/**
 * Checks that a corpus can be read for a report. The configs of runs are not trusted.
 *
 * @throws UserError `data` for a large corpus, and for a file that is not a regular one, such as a pipe
 */
export async function checkCorpusSize(corpus: CorpusConfig): Promise<void> {
  const paths = 'path' in corpus ? [corpus.path] : [corpus.train, corpus.validation ?? [], corpus.test ?? []];
  const files = await findFiles(paths.flat(2));
  const special = files.find((file) => kindOf(file) === 'special');
  if (special !== undefined)
    throw new UserError('data', `${special} is not a regular file; a file that a run names must be one`);
  const bytes = files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
  if (bytes > MOST_BYTES) throw new UserError('data', `its corpus has more than ${MOST_BYTES / 1e6} MB`);
}
