import { terminalSafe } from '../foundation/terminal-safe.js';

/**
 * Text that is sent to a terminal as it is. Plain strings are escaped on their way out (output.ts); a TerminalText is what has been
 * escaped already and may hold escape codes of our own. Put into a template literal it becomes a plain string again, so that
 * its codes are shown instead of sent: a mistake is seen, not obeyed.
 */
export class TerminalText {
  constructor(readonly codes: string) {}

  toString(): string {
    return this.codes;
  }
}

/** What is sent for a text. */
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

/** With line ends and tabs as escapes: what is a part of a line cannot begin another. */
export function oneLine(text: string): string {
  return text.replaceAll('\r', '\\r').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}
