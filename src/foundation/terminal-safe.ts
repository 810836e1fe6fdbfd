/*
 * What a terminal acts upon instead of showing it: C0 and C1 controls and DEL, but for tab and line feed; the characters that turn
 * the direction of the text around them (embeddings, overrides, isolates and deprecated kin); line and paragraph separators and
 * annotation marks, which terminals treat as they like; and halves of surrogate pairs, which are no characters.
 *
 * Zero-width joiners and spaces, direction marks and variation selectors stay: many scripts and emoji are written with them, and
 * no terminal obeys them.
 */
const unsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what this is about
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const isUnfinished = (unit: number) => unit === 0x0d || (unit >= 0xd800 && unit <= 0xdbff);

/** A stream of text made harmless. */
export interface TerminalSafeStream {
  push(text: string): string;
  /** What was held back because the next piece might have completed it. */
  end(): string;
}

/**
 * Text as it may be sent to a terminal: what would drive it is shown by number, such as `\u{1b}` for escape. A carriage return
 * before a line feed is a line end and stays.
 */
export function terminalSafe(text: string): string {
  return text.replace(unsafe, (unit, index: number) => {
    if (unit === '\r' && text[index + 1] === '\n') return unit;
    return `\\u{${unit.charCodeAt(0).toString(16)}}`;
  });
}

/** The same for text in pieces: the results joined are `terminalSafe` of the pieces joined. */
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
 * JSON that is as harmless as it is exact: what is not safe is written in JSON's own escapes, and reads back as it was.
 *
 * @param indent blanks before each level; 0 puts all in one line.
 */
export function terminalSafeJson(value: unknown, indent = 2): string {
  const text = JSON.stringify(value, undefined, indent);
  return text.replace(unsafe, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
