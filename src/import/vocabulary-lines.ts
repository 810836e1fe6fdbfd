import { UserError } from '../foundation/errors.js';
import { quoteToken } from '../text/code-points.js';
import { unescapeToken } from '../text/token-escapes.js';

/**
 * The tokens of a vocabulary file with one token per line, the first with id 0. Characters that a line cannot contain are escaped: `\n`,
 * `\r`, `\t`, `\s` (space), `\\`, and `\u{1f600}` for any character by its code point. A line with a single backslash is a backslash;
 * spaces are part of the token.
 *
 * @throws UserError `data` naming the line of an empty or repeated token, or of an invalid escape
 */
export function parseVocabularyLines(text: string, path: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const seen = new Map<string, number>();
  return lines.map((line, i) => {
    const fail = (trouble: string) => new UserError('data', `${path}:${i + 1}: ${trouble}`);
    if (line === '') throw fail('an empty line, where a token is expected; a line feed is written \\n');
    const token = unescapeToken(line, fail);
    const other = seen.get(token);
    if (other !== undefined) throw fail(`${quoteToken(token)} is already in line ${other}`);
    seen.set(token, i + 1);
    return token;
  });
}
