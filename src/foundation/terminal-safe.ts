/*
 * Characters that a terminal executes instead of showing them: C0 and C1 controls and DEL, except tab and line feed; characters that change
 * the direction of the surrounding text (embeddings, overrides, isolates and deprecated ones); line and paragraph separators and annotation
 * marks, which terminals treat differently; and lone surrogates, which are not characters.
 *
 * Zero-width joiners and spaces, direction marks and variation selectors are kept: many scripts and emoji need them, and no terminal
 * executes them.
 */
const unsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what this is about
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const isUnfinished = (unit: number) => unit === 0x0d || (unit >= 0xd800 && unit <= 0xdbff);

/** Makes a text that arrives in pieces safe for a terminal. */
export interface TerminalSafeStream {
  push(text: string): string;
  /** The rest, which was held back because the next piece could have completed it. */
  end(): string;
}

/**
 * Text that is safe to send to a terminal: unsafe characters are shown by number, such as `\u{1b}` for escape. A carriage return before a
 * line feed is a line end and is kept.
 */
export function terminalSafe(text: string): string {
  return text.replace(unsafe, (unit, index: number) => {
    if (unit === '\r' && text[index + 1] === '\n') return unit;
    return `\\u{${unit.charCodeAt(0).toString(16)}}`;
  });
}

/** The same for text in pieces: the concatenated results equal `terminalSafe` of the concatenated pieces. */
export function createTerminalSafeStream(): TerminalSafeStream {
  let held = '';
  return {
    push(piece) {
      const text = held + piece;
      const end = isUnfinished(text.charCodeAt(text.length - 1)) ? text.length - 1 : text.length;
      held = text.slice(end);
      return terminalSafe(text.slice(0, end));
    },
    end() {
      const rest = held;
      held = '';
      return terminalSafe(rest);
    },
  };
}

/**
 * JSON that is safe for a terminal: unsafe characters are written as JSON escapes, so the value reads back unchanged.
 *
 * @param indent spaces for each level; 0 puts everything on one line
 */
export function terminalSafeJson(value: unknown, indent = 2): string {
  const text = JSON.stringify(value, undefined, indent);
  return text.replace(unsafe, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
