/**
 * Text from a config made fit to print: one line, control and direction-changing characters shown by number, cut at `limit`
 * characters. A config may come from anywhere, and an error message must not drive the terminal.
 */
export function printable(text: string, limit = 200): string {
  const safe = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code === 9 ? '\\t' : code === 10 ? '\\n' : `\\u{${code.toString(16)}}`;
  });
  return safe.length > limit ? `${safe.slice(0, limit)}…` : safe;
}

/** A value as it would be written in a config, at most about 60 characters of it. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'not set';
  if (value === null) return 'empty';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return printable(JSON.stringify(value), 60);
}
