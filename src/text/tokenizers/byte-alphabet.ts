/**
 * GPT-2's representation of bytes by visible characters, one for each: printable ASCII and Latin-1 characters represent the byte of their
 * code point, and U+0100, U+0101, ... the other 68 bytes in order, so that a space is `Ġ` and a line feed `Ċ`. So any bytes, whole UTF-8
 * characters or not, are a string that JSON and a Hugging Face `tokenizer.json` can contain.
 */
export const byteCharacters: readonly string[] = alphabet();

/** Bytes by the code of their character; -1 for other characters. */
const bytes = new Int16Array(0x144).fill(-1);
for (const [byte, character] of byteCharacters.entries()) bytes[character.charCodeAt(0)] = byte;

/** The bytes of a string in that alphabet; undefined when it has other characters. */
export function bytesOfToken(token: string): Uint8Array | undefined {
  const values = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = bytes[token.charCodeAt(i)] ?? -1;
    if (byte < 0) return undefined;
    values[i] = byte;
  }
  return values;
}

function alphabet(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : next++));
}

/** Neither a control character nor white space, nor the invisible soft hyphen. */
function isPrintable(byte: number): boolean {
  return (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
}
