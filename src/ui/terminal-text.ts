import { terminalSafe } from '../foundation/terminal-safe.js';

/**
 * Text that is sent to a terminal unchanged. Plain strings are escaped when they are written (output.ts); a TerminalText is already escaped
 * and may contain our own escape codes. In a template literal it becomes a plain string again, so that after a mistake its codes are shown,
 * not executed.
 */
export class TerminalText {
  constructor(readonly codes: string) {}

  toString(): string {
    return this.codes;
  }
}

/** The text as it is sent. */
export function codesOf(text: string | TerminalText): string {
  return typeof text === 'string' ? terminalSafe(text) : text.codes;
}

/** A template whose values are escaped and stay on one line, unless they are a TerminalText. */
export function styled(parts: TemplateStringsArray, ...values: readonly (string | number | TerminalText)[]): TerminalText {
  const codes = values.map((value) => (value instanceof TerminalText ? value.codes : terminalSafe(oneLine(String(value)))));
  return new TerminalText(parts.map((part, i) => part + (codes[i] ?? '')).join(''));
}

export function joined(texts: Iterable<string | TerminalText>, separator = ''): TerminalText {
  return new TerminalText(Array.from(texts, codesOf).join(separator));
}

/** Shows line ends and tabs as escapes, so that a part of a line cannot begin a new one. */
export function oneLine(text: string): string {
  return text.replaceAll('\r', '\\r').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}
