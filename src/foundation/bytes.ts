/**
 * UTF-8 and byte arrays without Node's Buffer, so that the code also runs in browsers. Invalid input becomes U+FFFD, as the WHATWG Encoding
 * Standard defines.
 */

const encoder = new TextEncoder();
/** Keeps a byte order mark, which is a character of the text like any other. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export const utf8Bytes = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text);

const temporary = new Uint8Array(1024);

/** As {@link utf8Bytes}, but the next call overwrites the result: for many short texts, where allocating each result takes longest. */
export function temporaryUtf8Bytes(text: string): Uint8Array<ArrayBuffer> {
  // A UTF-16 unit has at most three bytes.
  if (3 * text.length > temporary.length) return utf8Bytes(text);
  return temporary.subarray(0, encoder.encodeInto(text, temporary).written);
}

export const utf8Text = (bytes: Uint8Array): string => decoder.decode(bytes);

/** Number of bytes that a text has in UTF-8. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Half of a surrogate pair, which has 4 bytes, where the other half is there; else 3 bytes, those of U+FFFD.
    if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      length += 4;
      i++;
    } else length += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
  }
  return length;
}

/** Number of bytes (0 to 3) of an unfinished UTF-8 character at the end. */
export function unfinishedLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Orders by the first byte that differs; a prefix comes before the longer array. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

export function bytesFromBase64(base64: string): Uint8Array<ArrayBuffer> {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}
