import { quotedName } from './printable.js';

/** JSON from files that may be damaged or hostile. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** An object. */
export type JsonMap = { [key: string]: JsonValue };

export function isJsonMap(value: JsonValue | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The value of an object's key; undefined if the object lacks the key, if the key is inherited (`constructor`), or if `value` is not an
 * object. Keys that come from files are looked up only with this function or in maps.
 */
export function memberOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

const maximumDepth = 100;
const maximumElements = 2_000_000;
/**
 * UTF-16 units of a key. For strings of over 16,383 units V8 uses the length as the hash, so each of many such keys would be compared with
 * all others.
 */
const maximumKeyLength = 10_000;

/**
 * JSON.parse that also refuses:
 *  - a key that occurs twice in one object: readers differ in which value they take;
 *  - the key `__proto__`: it changes the prototype of an object into which it is copied;
 *  - nesting over 100 levels: recursive functions would overflow the stack;
 *  - keys of over 10,000 characters: the time for many of them grows with the square of their number;
 *  - more elements than any file of ours has: each takes many times its bytes in memory.
 *
 * @param elements the most array items and object entries in all
 * @throws SyntaxError whose message repeats nothing of the text
 */
export function parseStrictJson(text: string, elements = maximumElements): JsonValue {
  checkStructure(text, elements);
  return parse(text) as JsonValue;
}

/**
 * JSON.stringify that refuses to lose information: infinities and NaN, which would become null, and text that `parseStrictJson` would
 * refuse. For this reason a vocabulary, whose words may be any text, is stored as an array, not as keys of an object.
 *
 * @throws Error for such a value, which is a bug of ours
 */
export function stringifyStrictJson(value: JsonValue): string {
  const text = JSON.stringify(value, (key, item: unknown) => {
    if (typeof item === 'number' && !Number.isFinite(item))
      throw new Error(`${quotedName(key)} is ${item}, which JSON cannot represent`);
    return item;
  });
  checkStructure(text, maximumElements);
  return text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // V8's own message quotes the text, and differs from version to version.
    throw new SyntaxError('it is not valid JSON');
  }
}

/** Checks brackets, commas and keys only; JSON.parse finds all other errors. */
function checkStructure(text: string, maximum: number): void {
  let elements = 0;
  const keysOfOpen: (Set<string> | undefined)[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === ',' && ++elements > maximum) throw new SyntaxError(`it has more than ${maximum} elements`);
    if (character === '{' || character === '[') {
      if (keysOfOpen.push(character === '{' ? new Set() : undefined) > maximumDepth)
        throw new SyntaxError(`it is nested more than ${maximumDepth} levels deep`);
    } else if (character === '}' || character === ']') {
      keysOfOpen.pop();
    } else if (character === '"') {
      const end = endOfString(text, i);
      if (nextVisible(text, end) === ':') {
        if (end - i > maximumKeyLength) throw new SyntaxError(`it has a key of more than ${maximumKeyLength} characters`);
        addKey(keysOfOpen.at(-1), parse(text.slice(i, end)) as string);
      }
      i = end - 1;
    }
  }
}

function addKey(keys: Set<string> | undefined, key: string): void {
  if (key === '__proto__') throw new SyntaxError('it has the key __proto__');
  if (keys?.has(key)) throw new SyntaxError(`it has the key ${quotedName(key)} twice`);
  keys?.add(key);
}

/** Index after the closing quote of the string that opens at `start`. A loop, because a regular expression could overflow its stack. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i + 1;
}

function nextVisible(text: string, start: number): string | undefined {
  let i = start;
  while (i < text.length && ' \t\n\r'.includes(text[i]!)) i++;
  return text[i];
}
