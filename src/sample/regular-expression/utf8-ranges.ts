import { utf8Bytes } from '../../foundation/bytes.js';
import type { CodePointSet } from './code-point-set.js';

/** A sequence of bytes, each within its range. */
export type ByteSequence = readonly (readonly [low: number, high: number])[];

/** Code points below these limits take 1, 2, 3 and 4 bytes. */
const limits = [0x80, 0x800, 0x10000, 0x110000];

/**
 * The UTF-8 of a set of code points as sequences of byte ranges, as in Russ Cox's RE2 ("utf8-ranges"): a range of code points is split
 * until all of its code points have the same leading bytes, followed by full ranges.
 */
export function utf8Ranges(set: CodePointSet): ByteSequence[] {
  return set.flatMap(([from, to]) => cutByLength(from, to));
}

function cutByLength(from: number, to: number): ByteSequence[] {
  const limit = limits.find((limit) => from < limit)!;
  return to < limit ? cut(from, to) : [...cut(from, limit - 1), ...cutByLength(limit, to)];
}

/** @param from a code point with as many bytes as `to` */
function cut(from: number, to: number): ByteSequence[] {
  // Where the low bits, six for each byte after the first, do not cover a full range, the rest becomes a sequence of its own.
  for (let bits = 6; bits < 24; bits += 6) {
    const mask = (1 << bits) - 1;
    if (from >> bits === to >> bits) break;
    if ((from & mask) !== 0) return [...cut(from, from | mask), ...cut((from | mask) + 1, to)];
    if ((to & mask) !== mask) return [...cut(from, (to & ~mask) - 1), ...cut(to & ~mask, to)];
  }
  const low = utf8Bytes(String.fromCodePoint(from));
  const high = utf8Bytes(String.fromCodePoint(to));
  return [Array.from(low, (byte, i) => [byte, high[i]!])];
}
