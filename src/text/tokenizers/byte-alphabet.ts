/**
 * GPT-2's way to write bytes as visible characters, one for each: printable ASCII and Latin-1 characters stand for the byte of
 * their code point, and U+0100, U+0101, ... for the other 68 bytes in order, so that a space is `Ġ` and a line feed `Ċ`. In this way any
 * bytes, whole UTF-8 characters or not, are a string that JSON and a Hugging Face `tokenizer.json` can hold.
 */
export const byteCharacters: readonly string[] = alphabet();

const bytes = new Map(byteCharacters.map((character, byte) => [character, byte]));

/** The bytes that a string in that alphabet stands for; undefined when it has other characters. */
export function bytesOfToken(token: string): Uint8Array | undefined {
  const values = Array.from(token, (character) => bytes.get(character));
  return values.every((value) => value !== undefined) ? Uint8Array.from(values) : undefined;
}

function alphabet(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : next++));
}

/** Neither control nor white space, nor the invisible soft hyphen. */
function isPrintable(byte: number): boolean {
  return (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
}
