import { UserError } from '../../foundation/errors.js';
import { readPieces } from '../reading/read-file.js';

/**
 * The lines of a text file without trailing spaces; tabs become spaces. The file may be larger than memory.
 *
 * @param longest most UTF-16 units of a line
 * @param what what the file should be, for the error
 * @throws UserError `data` for a longer line, and as `readPieces` does
 */
export async function* cleanedLines(path: string, longest: number, what: string): AsyncGenerator<string> {
  const cleaned = (line: string) => line.replaceAll('\t', ' ').replace(/[ \r]+$/, '');
  let rest = '';
  for await (const piece of readPieces(path)) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    if (rest.length > longest)
      throw new UserError('data', `${path}: a line has more than ${longest} characters: this is no ${what}`);
    yield* lines.map(cleaned);
  }
  if (rest !== '') yield cleaned(rest);
}
