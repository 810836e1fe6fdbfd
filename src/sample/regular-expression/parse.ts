import { tooLarge } from './budget.js';
import { type CodePointSet, complement, union, withoutSurrogates } from './code-point-set.js';
import { notLineEnds, readEscape } from './escapes.js';
import type { Expression } from './expression.js';
import { createPatternReader, type PatternReader } from './pattern-reader.js';

/** Larger counts in braces and deeper groups are more likely mistakes than intended. */
const LARGEST_COUNT = 1000;
const DEEPEST = 100;
/** The longest pattern: more than a class of all characters in use. */
const LONGEST = 200_000;

/**
 * Parses a regular expression in JavaScript's syntax, as far as it describes whole texts: characters, the dot, classes [a-z] and [^a-z],
 * escapes (see `readEscape`), groups (...) and (?:...), alternatives with |, and * + ? {n} {n,} {n,m}. It always matches the whole text: ^
 * is allowed at its very beginning and $ at its very end, without effect.
 *
 * @throws UserError usage for anything else, with its position, counted from 1
 */
export function parseRegularExpression(pattern: string): Expression {
  if (pattern.length > LONGEST) throw tooLarge(`it is ${pattern.length} characters long, and at most ${LONGEST} are read`);
  const reader = createPatternReader(pattern);
  reader.skip('^');
  const expression = readChoice(reader, 0);
  if (reader.peek() === ')') throw reader.error('this ) has no matching (');
  return expression;
}

function readChoice(reader: PatternReader, depth: number): Expression {
  if (depth > DEEPEST) throw reader.error(`groups are nested more than ${DEEPEST} deep`);
  const options = [readSequence(reader, depth)];
  while (reader.skip('|')) options.push(readSequence(reader, depth));
  return options.length === 1 ? options[0]! : { kind: 'choice', options };
}

function readSequence(reader: PatternReader, depth: number): Expression {
  const parts: Expression[] = [];
  for (let next = reader.peek(); next !== undefined && next !== '|' && next !== ')'; next = reader.peek()) {
    if (next === '$' && depth === 0) {
      const place = reader.position;
      reader.take();
      if (reader.peek() === undefined) break;
      throw anchor(reader, place);
    }
    parts.push(readRepeat(reader, readAtom(reader, depth)));
  }
  return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
}

function readAtom(reader: PatternReader, depth: number): Expression {
  const start = reader.position;
  const character = reader.take()!;
  switch (character) {
    case '.':
      return { kind: 'set', set: notLineEnds };
    case '[':
      return { kind: 'set', set: readClass(reader, start) };
    case '\\':
      return { kind: 'set', set: readEscape(reader) };
    case '(':
      return readGroup(reader, start, depth);
    case '^':
    case '$':
      throw anchor(reader, start);
    case '*':
    case '+':
    case '?':
      throw reader.error(`there is nothing before ${character} to repeat; write \\${character} for the character`, start);
    case '{':
    case '}':
    case ']':
      throw reader.error(`write \\${character} for the character`, start);
    default: {
      const code = character.codePointAt(0)!;
      if (withoutSurrogates([[code, code]]).length === 0) throw reader.error('half of a surrogate pair is no character', start);
      return { kind: 'set', set: [[code, code]] };
    }
  }
}

const anchor = (reader: PatternReader, place: number) =>
  reader.error('^ and $ are allowed only at the very beginning and end: the whole text must match', place);

function readGroup(reader: PatternReader, start: number, depth: number): Expression {
  if (reader.skip('?') && !reader.skip(':')) {
    throw reader.error('of the groups that begin with (? only (?:...) is supported: no look-around, names or flags', start);
  }
  const body = readChoice(reader, depth + 1);
  if (!reader.skip(')')) throw reader.error('this ( is never closed', start);
  return body;
}

function readRepeat(reader: PatternReader, body: Expression): Expression {
  const start = reader.position;
  const bounds = readBounds(reader);
  if (!bounds) return body;
  const after = reader.peek();
  if (after === '?')
    throw reader.error('lazy quantifiers such as *? are not supported: they have no meaning when the whole text must match');
  if (after === '+' || after === '*' || after === '{')
    throw reader.error('two repetitions in a row: put the first into a group');
  const [minimum, maximum] = bounds;
  if (maximum < minimum) throw reader.error(`{${minimum},${maximum}}: the second number is below the first`, start);
  if (minimum > LARGEST_COUNT || (maximum > LARGEST_COUNT && maximum !== Number.POSITIVE_INFINITY))
    throw reader.error(`a count in braces is at most ${LARGEST_COUNT}`, start);
  return { kind: 'repeat', body, minimum, maximum };
}

function readBounds(reader: PatternReader): [minimum: number, maximum: number] | undefined {
  if (reader.skip('*')) return [0, Number.POSITIVE_INFINITY];
  if (reader.skip('+')) return [1, Number.POSITIVE_INFINITY];
  if (reader.skip('?')) return [0, 1];
  if (reader.peek() !== '{') return undefined;
  const start = reader.position;
  const [, minimum, comma, maximum] = /^\{(\d+)(,?)(\d*)\}$/.exec(reader.takeUntil('}') ?? '') ?? [];
  if (minimum === undefined || (comma === '' && maximum !== ''))
    throw reader.error('{n}, {n,} or {n,m} is expected; write \\{ for the character', start);
  if (comma === '') return [Number(minimum), Number(minimum)];
  return [Number(minimum), maximum === '' ? Number.POSITIVE_INFINITY : Number(maximum)];
}

/** Reads a class after its opening bracket. */
function readClass(reader: PatternReader, start: number): CodePointSet {
  const negated = reader.skip('^');
  const ranges: CodePointSet[number][] = [];
  /** Sets of many ranges that were added already. */
  const taken = new Set<CodePointSet>();
  for (;;) {
    const place = reader.position;
    const next = reader.take();
    if (next === undefined) throw reader.error('this [ is never closed', start);
    if (next === ']') break;
    const from = next === '\\' ? readEscape(reader) : codePoint(reader, next, place);
    if (reader.peek() !== '-') {
      if (!taken.has(from)) for (const range of from) ranges.push(range);
      if (from.length > 1) taken.add(from);
      continue;
    }
    reader.take();
    const end = reader.take();
    if (end === undefined) throw reader.error('this [ is never closed', start);
    // A hyphen at the end is a literal character.
    if (end === ']') {
      for (const range of from) ranges.push(range);
      ranges.push([0x2d, 0x2d]);
      break;
    }
    const to = end === '\\' ? readEscape(reader) : codePoint(reader, end, reader.position - 1);
    const plain = [from, to].every((set) => set.length === 1 && set[0]![0] === set[0]![1]);
    if (!plain) throw reader.error('a range ends with a character, not with a class', place);
    const [low, high] = [from[0]![0], to[0]![0]];
    if (low > high) throw reader.error('the range ends before it begins', place);
    ranges.push([low, high]);
  }
  const set = union(withoutSurrogates(ranges));
  return negated ? complement(set) : set;
}

function codePoint(reader: PatternReader, character: string, place: number): CodePointSet {
  if (character === '[') throw reader.error('write \\[ for the character: classes cannot be nested', place);
  const code = character.codePointAt(0)!;
  return [[code, code]];
}
