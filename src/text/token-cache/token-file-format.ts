/**
 * A file of tokens that is read in windows. Little-endian, in this order:
 *
 *     tokens      one unsigned integer each, of 1, 2 or 4 bytes; where document ends are marked, id + vocabulary size is an id
 *                 that ends a document
 *     checksums   the CRC-32 of each block of the tokens' bytes, 4 bytes each
 *     footer      JSON: TokenFileFooter
 *     digest      SHA-256 of checksums and footer
 *     length      of the footer, 4 bytes
 *     magic       8 bytes
 *
 * The parts at the end are written when the number of tokens is known. A truncated file has no magic. An altered file has another digest,
 * or a block with another checksum, which is detected when the block is read.
 */
import type { SplitName } from '../splits.js';

export const MAGIC = Buffer.from('TEXTLTK1');

/** Bytes that are read and checked at once. */
export const BLOCK = 1 << 14;

/** Bytes of digest, length and magic. */
export const TRAILER = 32 + 4 + MAGIC.length;

export interface TokenFileFooter {
  readonly bytesPerToken: 1 | 2 | 4;
  readonly vocabularySize: number;
  readonly marksDocumentEnds: boolean;
  /** The positions of the tokens of each split. */
  readonly splits: Partial<Record<SplitName, { start: number; length: number }>>;
  /** SHA-256 of the training tokens as 32-bit integers. */
  readonly digest: string;
}

/** The properties that a token file must have. */
export type TokenFileKind = Pick<TokenFileFooter, 'vocabularySize' | 'marksDocumentEnds'> & {
  readonly splits: readonly SplitName[];
};

/** The most bytes of a footer. */
export const LONGEST_FOOTER = 10_000;

/** Parses a footer, which is not trusted; undefined unless it describes a file of that kind with so many bytes of tokens. */
export function parseFooter(text: string, kind: TokenFileKind, dataBytes: number): TokenFileFooter | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const { bytesPerToken, vocabularySize, marksDocumentEnds, splits, digest } = json as Record<string, unknown>;
  if (vocabularySize !== kind.vocabularySize || marksDocumentEnds !== kind.marksDocumentEnds) return undefined;
  const bytes = bytesFor(kind.vocabularySize * (kind.marksDocumentEnds ? 2 : 1));
  if (bytesPerToken !== bytes || dataBytes % bytes !== 0 || typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest))
    return undefined;
  const places = placesOf(splits, kind.splits, dataBytes / bytes);
  return places && { bytesPerToken: bytes, ...kind, splits: places, digest };
}

/** The positions of the splits, which must follow one another from the first token to the last. */
function placesOf(found: unknown, names: readonly SplitName[], tokens: number): TokenFileFooter['splits'] | undefined {
  if (typeof found !== 'object' || found === null || Object.keys(found).join() !== names.join()) return undefined;
  const places: Partial<Record<SplitName, { start: number; length: number }>> = {};
  let next = 0;
  for (const name of names) {
    const place: unknown = (found as Record<SplitName, unknown>)[name];
    if (typeof place !== 'object' || place === null) return undefined;
    const { start, length } = place as { start?: unknown; length?: unknown };
    if (start !== next || !Number.isSafeInteger(length) || (length as number) < 0) return undefined;
    next += length as number;
    places[name] = { start, length: length as number };
  }
  return next === tokens ? places : undefined;
}

/** The array type with elements of that many bytes. */
export function arrayOf(bytesPerToken: 1 | 2 | 4) {
  return bytesPerToken === 1 ? Uint8Array : bytesPerToken === 2 ? Uint16Array : Uint32Array;
}

/** The smallest element size for so many values. */
export function bytesFor(values: number): 1 | 2 | 4 {
  return values <= 0x100 ? 1 : values <= 0x10000 ? 2 : 4;
}
