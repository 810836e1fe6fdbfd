import { homedir } from 'node:os';

/**
 * A path with its leading `~` replaced by the user's home folder: `~` alone, or followed by a separator. A shell does this for a word
 * that begins with `~`, but not after `--flag=`, in a config or in an answer to a question. `~name` stays: it may be a file.
 */
export function expandHome(path: string): string {
  return /^~(?=$|\/)/.test(path) || (process.platform === 'win32' && path.startsWith('~\\')) ? homedir() + path.slice(1) : path;
}
