import { tooLarge } from './budget.js';
import { type CodePointSet, complement, setOfRuns, union } from './code-point-set.js';
import type { PatternReader } from './pattern-reader.js';

const digits: CodePointSet = [[0x30, 0x39]];
const wordCharacters = union([...digits, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]]);
const spaces = union([
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]);

/** The set of a dot: all characters except line ends, as in JavaScript. */
export const notLineEnds = complement([
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]);

const classes: ReadonlyMap<string, CodePointSet> = new Map([
  ['d', digits],
  ['D', complement(digits)],
  ['w', wordCharacters],
  ['W', complement(wordCharacters)],
  ['s', spaces],
  ['S', complement(spaces)],
]);

const controls: ReadonlyMap<string, number> = new Map([
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['f', 0x0c],
  ['v', 0x0b],
  ['0', 0],
]);

/**
 * Reads what follows a backslash, with JavaScript's meanings: \d \w \s and their opposites, \p{...} and \P{...}, \n \r \t \f \v \0, \xHH,
 * \uHHHH, \u{H...}, and any punctuation mark as itself.
 */
export function readEscape(reader: PatternReader): CodePointSet {
  const start = reader.position - 1;
  const character = reader.take();
  if (character === undefined) throw reader.error('the backslash at the end has no character after it', start);
  const set = classes.get(character);
  if (set) return set;
  if (character === 'p' || character === 'P') return readProperty(reader, character === 'P', start);
  if (character === 'x' || character === 'u') return single(readNumber(reader, character, start));
  if (character === '0' && /[0-9]/.test(reader.peek() ?? ''))
    throw reader.error('octal escapes are not supported: write \\x', start);
  const control = controls.get(character);
  if (control !== undefined) return single(control);
  if (/[1-9k]/.test(character)) throw reader.error('back references are not supported', start);
  if (/[bB]/.test(character)) throw reader.error('word boundaries are not supported', start);
  if (/[A-Za-z0-9]/.test(character)) throw reader.error(`\\${character} has no meaning`, start);
  return single(character.codePointAt(0)!);
}

/** Cache of the sets of Unicode properties and their complements, by escape. */
const properties = new Map<string, CodePointSet>();

/** The most properties in one pattern: finding the characters of one takes some hundredths of a second. */
const MOST_PROPERTIES = 16;

const single = (code: number): CodePointSet => [[code, code]];

function readProperty(reader: PatternReader, negated: boolean, start: number): CodePointSet {
  const name = reader.peek() === '{' ? reader.takeUntil('}') : undefined;
  const spelled = `\\${negated ? 'P' : 'p'}${name}`;
  reader.properties.add(spelled);
  if (reader.properties.size > MOST_PROPERTIES) throw tooLarge(`more than ${MOST_PROPERTIES} different Unicode properties`);
  const known = properties.get(spelled);
  if (known) return known;
  let runs: RegExp | undefined;
  try {
    // JavaScript's own expressions know Unicode's properties. Between the braces is a name, or name=value.
    if (name !== undefined && /^\{[A-Za-z0-9_]+(=[A-Za-z0-9_]+)?\}$/.test(name)) runs = new RegExp(`\\p${name}+`, 'gu');
  } catch {
    // A property that it does not know.
  }
  if (!runs) throw reader.error('a Unicode property such as \\p{L}, \\p{Lu} or \\p{Script=Greek} is expected', start);
  const set = setOfRuns(runs);
  const meant = negated ? complement(set) : set;
  properties.set(spelled, meant);
  return meant;
}

function readNumber(reader: PatternReader, letter: 'x' | 'u', start: number): number {
  let digits = '';
  if (letter === 'u' && reader.peek() === '{') digits = reader.takeUntil('}')?.slice(1, -1) ?? '';
  else for (let i = 0; i < (letter === 'x' ? 2 : 4); i++) digits += reader.take() ?? '';
  const code = /^[0-9a-f]+$/i.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
  const whole = digits.length === (letter === 'x' ? 2 : 4) || reader.previous() === '}';
  if (!whole || !(code <= 0x10ffff))
    throw reader.error('\\xHH, \\uHHHH or \\u{H...} is expected, H a hexadecimal digit', start);
  if (code >= 0xd800 && code <= 0xdfff) throw reader.error('half of a surrogate pair is no character', start);
  return code;
}
