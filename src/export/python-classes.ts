import { type CharacterClass, type InBrackets, rangesOf } from '../text/unicode/character-classes.js';
import { UNICODE_VERSION } from '../text/unicode/tables.js';

/**
 * Character classes for a Python module. Python's regular expressions have none, and the Unicode version of `unicodedata` depends on that
 * of Python.
 */
export interface PythonClasses {
  /** Returns the text of a class within the brackets of a pattern. */
  readonly inBrackets: InBrackets;
  /** A pattern with such classes, written for JavaScript's flag `u`, as a Python expression. */
  expression(pattern: string): string;
  /** Python code that defines the classes that were used so far. */
  definitions(): string;
}

export function pythonClasses(): PythonClasses {
  const used = new Set<CharacterClass>();
  return {
    inBrackets(name) {
      used.add(name);
      return `" + ${constantOf(name)} + r"`;
    },
    expression: (pattern) =>
      `r"${pattern.replace(/\\u\{(\w+)\}/g, (_, hex: string) => `\\U${hex.padStart(8, '0')}`).replace(/\$$/, '\\Z')}"`,
    definitions() {
      const constants = [...used].map((name) => `${constantOf(name)} = (\n${literals(rangesOf(name).map(shownRange))}\n)`);
      return [
        `# Classes of characters in Unicode ${UNICODE_VERSION}, as they stand in the brackets of a regular expression.`,
        ...constants,
      ].join('\n');
    },
  };
}

const constantOf = (name: CharacterClass) => (name.length === 1 ? `CLASS_${name}` : name.toUpperCase());

const escaped = (code: number) =>
  code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;

const shownRange = ([first, last]: readonly [number, number]) =>
  first === last ? escaped(first) : `${escaped(first)}-${escaped(last)}`;

/** Adjacent Python literals that form one text. */
function literals(parts: readonly string[]): string {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length < 100) lines[lines.length - 1] = last + part;
    else lines.push(part);
  }
  return lines.map((text) => `    r"${text}"`).join('\n');
}
