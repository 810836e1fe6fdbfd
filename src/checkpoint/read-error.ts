import { UserError } from '../errors.js';

/** A file that is not there, or that the device cannot give back, is a trouble with the model; any other is one with the disk. */
export function readError(error: NodeJS.ErrnoException & { code: string }, path: string): UserError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    ENOTDIR: 'there is no such file',
    EISDIR: 'it is a folder',
    EIO: 'the device reported an error',
  };
  const reason = reasons[error.code];
  if (reason === undefined)
    return new UserError('disk', `${path} cannot be read: the operating system refused (${error.code})`, { cause: error });
  return new UserError('model', `${path} cannot be read as a model: ${reason} (${error.code})`, { cause: error });
}
