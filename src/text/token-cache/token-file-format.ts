/**
 * A file of tokens, read in windows. Little-endian, in this order:
 *
 *     tokens      one unsigned integer each, of 1, 2 or 4 bytes; where document ends are marked, id + vocabulary size is an id
 *                 that ends a document
 *     checksums   the CRC-32 of each block of the tokens' bytes, 4 bytes each
 *     footer      JSON: TokenFileFooter
 *     digest      SHA-256 of checksums and footer
 *     length      of the footer, 4 bytes
 *     magic       8 bytes
 *
 * What is at the end can be written when the number of tokens is known. A file that is cut off has no magic; one that is altered
 * has another digest, or a block with another checksum, which is noticed when the block is read.
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
  /** Where the tokens of each split are. */
  readonly splits: Partial<Record<SplitName, { start: number; length: number }>>;
  /** SHA-256 of the training tokens as 32-bit integers. */
  readonly digest: string;
}

/** The array type whose elements are that many bytes. */
export function arrayOf(bytesPerToken: 1 | 2 | 4) {
  return bytesPerToken === 1 ? Uint8Array : bytesPerToken === 2 ? Uint16Array : Uint32Array;
}

/** The smallest element that holds so many values. */
export function bytesFor(values: number): 1 | 2 | 4 {
  return values <= 0x100 ? 1 : values <= 0x10000 ? 2 : 4;
}
