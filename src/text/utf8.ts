import { isUtf8 } from 'node:buffer';
import { unfinishedLength } from '../foundation/bytes.js';
import { UserError } from '../foundation/errors.js';

/** Decodes bytes that arrive in pieces; a piece may end within a character. */
export interface Utf8Decoder {
  /** The characters that `bytes` completes. The bytes are not stored. */
  push(bytes: Uint8Array): string;
  /** Must be called after the last piece: refuses a text that ends within a character. */
  end(): void;
}

/**
 * A strict UTF-8 decoder. A byte order mark at the start is removed unless it is to be kept; everything else is unchanged, including line
 * ends.
 *
 * Nothing is replaced by U+FFFD: invalid UTF-8, UTF-16 and NUL bytes are UserErrors of kind 'data' that name `file`, the byte (counted from
 * 0) and the line (from 1). TextDecoder's fatal mode refuses the same texts, but does not say where.
 */
export function createUtf8Decoder(file: string, byteOrderMark: 'drop' | 'keep' = 'drop'): Utf8Decoder {
  let unfinished: Uint8Array = new Uint8Array(0);
  let offset = 0;
  let line = 1;

  function fail(body: Uint8Array, at: number, trouble: string): never {
    const where = `byte ${offset + at}, line ${line + countLineEnds(body.subarray(0, at))}`;
    throw new UserError('data', `${file}: ${trouble} (${where})`);
  }

  return {
    push(bytes) {
      const chunk = unfinished.length > 0 ? Buffer.concat([unfinished, bytes]) : bytes;
      if (offset === 0 && isUtf16Mark(chunk)) fail(chunk, 0, `UTF-16, where UTF-8 is expected. ${advice('UTF-16')}`);
      const zero = chunk.indexOf(0);
      if (zero >= 0) fail(chunk, zero, 'a NUL byte: this looks like a binary file, where plain UTF-8 text is expected');

      const body = chunk.subarray(0, chunk.length - unfinishedLength(chunk));
      if (!isUtf8(body)) {
        const at = firstInvalid(body);
        const byte = `0x${body[at]!.toString(16).padStart(2, '0')}`;
        fail(body, at, `invalid UTF-8, starting with the byte ${byte}. ${encodingAdvice(body, at)}`);
      }
      const text = toBuffer(body).toString('utf8');
      const marked = byteOrderMark === 'drop' && offset === 0 && text.startsWith('\ufeff');
      unfinished = Uint8Array.from(chunk.subarray(body.length));
      offset += body.length;
      line += countLineEnds(body);
      return marked ? text.slice(1) : text;
    },

    end() {
      if (unfinished.length > 0) fail(unfinished, 0, 'the text ends in the middle of a UTF-8 character: is the file complete?');
    },
  };
}

/** The number of bytes from which an encoding is guessed. */
const LOOKED_AT = 1 << 16;

/** Advice for a text that is not UTF-8 from a byte on. */
function encodingAdvice(bytes: Uint8Array, at: number): string {
  const encoding = probableEncoding(bytes.subarray(Math.max(0, at - LOOKED_AT), at + LOOKED_AT), Math.min(at, LOOKED_AT));
  if (encoding !== undefined) return `It looks like ${encoding}. ${advice(encoding)}`;
  return 'Find out its encoding (uchardet FILE may tell), and convert it: iconv -f ENCODING -t UTF-8 OLD > NEW';
}

/**
 * The encoding of bytes that are not UTF-8, by its iconv name; undefined when it cannot be guessed. Japanese is recognized by its kana.
 * Otherwise a text most of whose letters are ASCII is Western European: Windows-1252, which has printable characters where Latin-1 has
 * control characters, or Latin-1.
 */
function probableEncoding(bytes: Uint8Array, at: number): string | undefined {
  for (const encoding of ['SHIFT_JIS', 'EUC-JP']) if (isJapanese(bytes.subarray(at), encoding)) return encoding;
  const isLetter = (byte: number) => (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
  const beyond = bytes.filter((byte) => byte >= 0x80);
  if (beyond.length > bytes.filter(isLetter).length / 2) return undefined;
  // Windows-1252 leaves these five undefined.
  const undefinedBytes = [0x81, 0x8d, 0x8f, 0x90, 0x9d];
  if (beyond.some((byte) => undefinedBytes.includes(byte))) return undefined;
  return beyond.some((byte) => byte < 0xa0) ? 'WINDOWS-1252' : 'LATIN1';
}

function isJapanese(bytes: Uint8Array, encoding: string): boolean {
  // The last character may be incomplete; U+FFFD elsewhere means another encoding.
  const text = new TextDecoder(encoding).decode(bytes).slice(0, -1);
  const beyond = text.match(/[\u0080-\uffff]/g)?.length ?? 0;
  const kana = text.match(/[\u3041-\u30ff]/g)?.length ?? 0;
  return !text.includes('\ufffd') && kana > 0 && kana > 0.2 * beyond;
}

const advice = (encoding: string) => `Convert it, for example: iconv -f ${encoding} -t UTF-8 OLD > NEW`;

const isUtf16Mark = ([first, second]: Uint8Array) => (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);

/** Offset of the first invalid UTF-8 character, by bisection: if a prefix is invalid, every longer one is. */
function firstInvalid(bytes: Uint8Array): number {
  const whole = (length: number) => length - unfinishedLength(bytes.subarray(0, length));
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (isUtf8(bytes.subarray(0, whole(middle)))) valid = middle;
    else invalid = middle;
  }
  return whole(valid);
}

function countLineEnds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count++;
  return count;
}

const toBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
