import { createRandom } from '../../foundation/random.js';
import type { IndexedPart } from './part.js';
import { findPassages } from './passages.js';
import { createPositionTable, scramble } from './position-table.js';

/** The number of words in a shingle. */
const SHINGLE = 5;
/** The smallest Jaccard similarity of the shingles of near-duplicates. */
const SIMILARITY = 0.8;

/**
 * With 12 bands of 4 rows, passages with similarity 0.8 are compared with probability 0.998, and passages with similarity 0.3 with
 * probability 0.09.
 */
const BANDS = 12;
const ROWS = 4;

/** Two nearly equal passages. Positions are units of the parts. */
export interface NearDuplicate {
  readonly part: number;
  readonly from: number;
  readonly units: number;
  readonly earlierPart: number;
  readonly earlierFrom: number;
  readonly earlierUnits: number;
  /** Jaccard similarity of their shingles, 0.8 to 1. */
  readonly similarity: number;
}

export interface NearDuplicates {
  /**
   * For each part: the number of passages of sufficient length, of those with a near-duplicate earlier in the part, and of those with one
   * in an earlier part.
   */
  readonly passages: readonly number[];
  readonly within: readonly number[];
  readonly across: readonly number[];
}

interface Passage {
  readonly part: number;
  readonly from: number;
  readonly units: number;
}

/**
 * Finds passages (paragraphs, or lines of long paragraphs) most of whose five-word sequences occur in an earlier passage, by MinHash
 * (Broder 1997) with bands (Indyk and Motwani 1998). Passages with an equal band are compared exactly, each only with the first such
 * passage of the corpus, so the time is linear.
 */
export function findNearDuplicates(
  parts: readonly IndexedPart[],
  onNearDuplicate: (found: NearDuplicate) => void,
): NearDuplicates {
  const all: Passage[] = parts.flatMap((indexed, part) => findPassages(indexed).map((span) => ({ part, ...span })));
  const hashes = minHashes();
  const keys = new Int32Array(all.length * BANDS);
  const table = createPositionTable(keys.length);
  const passages = parts.map(() => 0);
  const within = parts.map(() => 0);
  const across = parts.map(() => 0);

  for (const [index, passage] of all.entries()) {
    passages[passage.part]!++;
    const shingles = shinglesOf(parts, passage);
    const minima = hashes(shingles);
    const candidates = new Set<number>();
    for (let band = 0; band < BANDS; band++) {
      const at = index * BANDS + band;
      keys[at] = bandKey(minima, band);
      const earlier = table.seenAt(keys[at]!, at, (other) => keys[other] === keys[at] && other % BANDS === band);
      if (earlier >= 0) candidates.add(Math.floor(earlier / BANDS));
    }
    const nearest = nearestOf(candidates, shingles, (candidate) => shinglesOf(parts, all[candidate]!));
    if (nearest === undefined) continue;
    const earlier = all[nearest.candidate]!;
    const sums = earlier.part === passage.part ? within : across;
    sums[passage.part]!++;
    onNearDuplicate({
      ...passage,
      earlierPart: earlier.part,
      earlierFrom: earlier.from,
      earlierUnits: earlier.units,
      similarity: nearest.similarity,
    });
  }
  return { passages, within, across };
}

/** The most similar candidate, if it is similar enough; of equally similar ones the first. */
function nearestOf(
  candidates: Iterable<number>,
  shingles: ReadonlySet<number>,
  shinglesAt: (candidate: number) => ReadonlySet<number>,
): { candidate: number; similarity: number } | undefined {
  let nearest: { candidate: number; similarity: number } | undefined;
  for (const candidate of candidates) {
    const similarity = jaccard(shinglesAt(candidate), shingles);
    if (similarity < SIMILARITY || (nearest && similarity <= nearest.similarity)) continue;
    nearest = { candidate, similarity };
  }
  return nearest;
}

function jaccard(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let common = 0;
  for (const shingle of a) if (b.has(shingle)) common++;
  return common / (a.size + b.size - common);
}

/** Hashes of the five-word sequences of a passage. */
function shinglesOf(parts: readonly IndexedPart[], { part, from, units }: Passage): Set<number> {
  const { hashes } = parts[part]!.units;
  const shingles = new Set<number>();
  for (let at = from; at + SHINGLE <= from + units; at++) {
    let hash = 0;
    for (let i = 0; i < SHINGLE; i++) hash = (Math.imul(hash, 0x01000193) + hashes[at + i]!) | 0;
    shingles.add(scramble(hash));
  }
  return shingles;
}

/** A function that computes the smallest hash of a set under each of several hash functions. The result array is reused. */
function minHashes(): (shingles: ReadonlySet<number>) => Uint32Array {
  const random = createRandom(0);
  const draw = () => Int32Array.from({ length: BANDS * ROWS }, () => random.integer(4294967296));
  const factors = draw().map((value) => value | 1);
  const addends = draw();
  const minima = new Uint32Array(BANDS * ROWS);
  return (shingles) => {
    minima.fill(0xffffffff);
    for (const shingle of shingles) {
      for (let i = 0; i < minima.length; i++) {
        const product = Math.imul(shingle ^ addends[i]!, factors[i]!);
        const hash = (product ^ (product >>> 15)) >>> 0;
        if (hash < minima[i]!) minima[i] = hash;
      }
    }
    return minima;
  };
}

function bandKey(minima: Uint32Array, band: number): number {
  let key = band + 1;
  for (let row = 0; row < ROWS; row++) key = Math.imul(key ^ minima[band * ROWS + row]!, 0x9e3779b1) ^ (key >>> 13);
  return key | 0;
}
