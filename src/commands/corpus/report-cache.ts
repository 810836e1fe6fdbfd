import { unlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { asDiskError } from '../../files/system-errors.js';
import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import { cachedFiles, MOST_CACHED, ownCacheFolder } from '../../text/token-cache/cache-folder.js';
import { formatSize, plural } from '../../ui/format.js';
import { standardOutput } from '../../ui/output.js';

interface CacheRequest {
  readonly clear: boolean;
  /** Default: the user's cache folder. */
  readonly folder: string | undefined;
  readonly json: boolean;
}

/** Lists or deletes the contents of the cache in a folder. @throws UserError 'disk' when a file cannot be deleted */
export function reportCache({ clear, folder: given, json }: CacheRequest): void {
  const folder = given ?? ownCacheFolder();
  const files = cachedFiles(folder);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (clear) for (const { path } of files) remove(path);
  if (json) {
    const listed = files.map(({ path, bytes: size, used }) => ({ path, bytes: size, used: new Date(used).toISOString() }));
    standardOutput.write(`${terminalSafeJson({ folder, bytes, cleared: clear, files: listed })}\n`);
    return;
  }
  const lines = clear
    ? []
    : files.map((file) => `${date(file.used)}  ${formatSize(file.bytes).padStart(9)}  ${basename(file.path)}`);
  const limit = given === undefined && !clear ? `; at most ${formatSize(MOST_CACHED)} are kept there` : '';
  const summary = `${clear ? 'deleted ' : ''}${plural(files.length, 'file')} of ${formatSize(bytes)} in ${folder}${limit}`;
  standardOutput.line([...lines, summary].join('\n'));
}

const date = (milliseconds: number) => new Date(milliseconds).toISOString().slice(0, 10);

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    throw asDiskError(error, path, 'The files that were not reached yet are still there.', 'delete');
  }
}
