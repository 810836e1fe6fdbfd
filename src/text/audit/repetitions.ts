import { endOfLine, type IndexedPart } from './part.js';
import { createPositionTable, scramble } from './position-table.js';
import { hashOf } from './units.js';

/** The smallest number of consecutive words of a repetition: the length in GPT-3's contamination study (Brown et al. 2020). */
export const WINDOW = 13;

/** The most windows that are stored; of a larger corpus every second window is checked, or every fourth, and so on. */
const MAXIMUM_WINDOWS = 1 << 23;

/** A passage that occurred earlier in the corpus, word by word. Positions are units of the parts. */
export interface Repetition {
  readonly part: number;
  readonly from: number;
  readonly units: number;
  readonly earlierPart: number;
  readonly earlierFrom: number;
}

export interface Repetitions {
  /** For each part, the number of its units in repetitions of the part itself, and of earlier parts. */
  readonly within: readonly number[];
  readonly across: readonly number[];
  /** One in this many windows was checked. */
  readonly sampled: number;
}

/**
 * Finds passages of at least 13 words that occurred earlier in the corpus. Every window of words is looked up by a rolling hash among the
 * earlier windows, compared word by word, and extended as far as the words agree. The time is linear in the text, and memory is bounded.
 *
 * In a corpus of more than 8 million windows only windows whose hash is in one class are checked. A repetition has the same hashes as its
 * original, so long passages are still found, and found completely.
 *
 * @param onRepetition called for each repetition, in the order of the corpus
 * @param maximumWindows the most windows that are stored
 */
export function findRepetitions(
  parts: readonly IndexedPart[],
  onRepetition: (found: Repetition) => void,
  maximumWindows: number = MAXIMUM_WINDOWS,
): Repetitions {
  const offsets = offsetsOf(parts.map(({ units }) => units.count));
  const hashes = new Int32Array(offsets.at(-1)!);
  for (const [index, { units }] of parts.entries()) hashes.set(units.hashes, offsets[index]);
  let sampled = 1;
  while (hashes.length / sampled > maximumWindows) sampled *= 2;
  const table = createPositionTable(Math.min(hashes.length, 2 * maximumWindows));
  const within = parts.map(() => 0);
  const across = parts.map(() => 0);

  for (const part of parts.keys()) {
    const end = offsets[part + 1]!;
    const rolling = rollingHash(hashes);
    // No unit is counted twice where two repetitions overlap.
    let counted = offsets[part]!;
    for (let at = offsets[part]!; at + WINDOW <= end; ) {
      const hash = rolling(at);
      const equals = (earlier: number) => sameUnits(hashes, earlier, at, WINDOW);
      const earlier = scramble(hash) % sampled === 0 ? table.seenAt(hash, at, equals) : -1;
      if (earlier < 0) {
        at++;
        continue;
      }
      const earlierPart = partOf(offsets, earlier);
      const limit = Math.min(end - at, offsets[earlierPart + 1]! - earlier);
      let length = WINDOW;
      while (length < limit && hashes[earlier + length] === hashes[at + length]) length++;
      // A window that was not checked may have been the first of the repetition.
      const room = Math.min(at - counted, earlier - offsets[earlierPart]!);
      let back = 0;
      while (back < room && hashes[earlier - back - 1] === hashes[at - back - 1]) back++;
      const from = at - back;
      const sums = earlierPart === part ? within : across;
      sums[part] = sums[part]! + at + length - Math.max(from, counted);
      counted = at + length;
      const earlierFrom = earlier - back - offsets[earlierPart]!;
      onRepetition({ part, from: from - offsets[part]!, units: back + length, earlierPart, earlierFrom });
      at += length - WINDOW + 1;
    }
  }
  return { within, across, sampled };
}

/** For each part, its lines of at least four words that occurred earlier in any part. Shorter lines ("Yes.") repeat by chance. */
export function countRepeatedLines(parts: readonly IndexedPart[]): number[] {
  const offsets = offsetsOf(parts.map(({ lines }) => lines.length));
  const table = createPositionTable(offsets.at(-1)!);
  const textOf = (part: IndexedPart, line: number) => part.text.slice(part.lines[line], endOfLine(part, line));
  return parts.map((part, index) => {
    let repeated = 0;
    let unit = 0;
    for (let line = 0; line < part.lines.length; line++) {
      const end = endOfLine(part, line);
      const first = unit;
      while (unit < part.units.count && part.units.starts[unit]! < end) unit++;
      if (unit - first < 4) continue;
      const equals = (earlier: number) => {
        const other = partOf(offsets, earlier);
        return textOf(parts[other]!, earlier - offsets[other]!) === textOf(part, line);
      };
      if (table.seenAt(hashOf(part.text, part.lines[line]!, end), offsets[index]! + line, equals) >= 0) repeated++;
    }
    return repeated;
  });
}

const BASE = 0x01000193;
/** BASE to the power of WINDOW: the factor of the unit that leaves the window. */
const LEAVING = Array.from({ length: WINDOW }).reduce<number>((product) => Math.imul(product, BASE), 1);

/** The hash of the window at a position; for consecutive positions each call takes one step (Karp and Rabin 1987). */
function rollingHash(hashes: Int32Array): (at: number) => number {
  let position = -2;
  let hash = 0;
  return (at) => {
    if (at === position + 1) {
      hash = (Math.imul(hash, BASE) + hashes[at + WINDOW - 1]! - Math.imul(hashes[at - 1]!, LEAVING)) | 0;
    } else {
      hash = 0;
      for (let i = at; i < at + WINDOW; i++) hash = (Math.imul(hash, BASE) + hashes[i]!) | 0;
    }
    position = at;
    return hash;
  };
}

function sameUnits(hashes: Int32Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (hashes[a + i] !== hashes[b + i]) return false;
  return true;
}

function offsetsOf(counts: readonly number[]): number[] {
  const offsets = [0];
  for (const count of counts) offsets.push(offsets.at(-1)! + count);
  return offsets;
}

function partOf(offsets: readonly number[], position: number): number {
  let part = 0;
  while (offsets[part + 1]! <= position) part++;
  return part;
}
