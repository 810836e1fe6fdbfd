import { UserError } from '../../foundation/errors.js';
import { isJsonMap, type JsonValue, memberOf } from '../../foundation/strict-json.js';
import { quoteToken } from '../code-points.js';

/** The longest line, in UTF-16 units; several copies of a line are in memory. */
const MAXIMUM_LINE = 1 << 25;

/**
 * The texts of a .jsonl file: each line has an object with the text under `field`. Blank lines are skipped.
 *
 * @param pieces the file, piece by piece
 * @throws UserError 'data' naming file and line for invalid JSON, a value that is not an object, a missing field, or a field that is not a
 *   text (a string without NUL and unpaired surrogates)
 */
export async function* readJsonLines(pieces: AsyncIterable<string>, file: string, field: string): AsyncGenerator<string> {
  let pending = '';
  let line = 0;
  const textOf = (json: string) => textOfLine(json, `${file}:${line}`, field);
  for await (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', start)) {
      line++;
      const json = pending + piece.slice(start, end);
      if (json.trim() !== '') yield textOf(json);
      pending = '';
      start = end + 1;
    }
    pending += piece.slice(start);
    if (pending.length > MAXIMUM_LINE) {
      const limit = `the line has more than ${MAXIMUM_LINE} characters`;
      throw new UserError('data', `${file}:${line + 1}: ${limit}; a .jsonl file has one object a line`);
    }
  }
  line++;
  if (pending.trim() !== '') yield textOf(pending);
}

function textOfLine(json: string, place: string, field: string): string {
  const fail = (trouble: string) => new UserError('data', `${place}: ${trouble}`);
  let value: JsonValue;
  try {
    value = JSON.parse(json) as JsonValue;
  } catch {
    throw fail('this is not JSON; a .jsonl file has one object a line');
  }
  if (!isJsonMap(value)) {
    throw fail(`an object is expected, with the text under ${quoteToken(field)}; found ${nameOf(value)}`);
  }
  const text = memberOf(value, field);
  if (text === undefined) {
    const keys = Object.keys(value).slice(0, 8).map(quoteToken).join(', ');
    throw fail(
      `the object has no ${quoteToken(field)} (it has ${keys || 'no keys'}). Name the key of the text as corpus.field.`,
    );
  }
  if (typeof text !== 'string') throw fail(`${quoteToken(field)} is ${nameOf(text)}, where a text is expected`);
  if (text.includes('\0')) throw fail(`${quoteToken(field)} holds a NUL character, which no text has`);
  if (/\p{Cs}/u.test(text))
    throw fail(`${quoteToken(field)} holds half a surrogate pair (\\ud800 to \\udfff), which is no character`);
  return text;
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
