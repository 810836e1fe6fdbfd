import { createRandom, type Random } from '../foundation/random.js';
import { findNearDuplicates } from '../text/audit/near-duplicates.js';
import { indexPart } from '../text/audit/part.js';
import { type TokenSource, tokenOccurrences, tokenSource } from '../text/batches.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';

/** How the validation text relates to the training text. */
export interface TextComparison {
  /** Passages of at least 20 words in the validation text, and those that have a near-duplicate in the training text. */
  readonly passages: number;
  readonly copied: number;
  /** Of the copied ones, those that are equal word by word. */
  readonly exact: number;
  /** The distance of the distribution of tokens in the validation text to that in the training text, in bits. */
  readonly distance: number;
  /** The mean distance of as many tokens from random places of the training text: what chance makes. */
  readonly usualDistance: number;
}

interface ComparedTexts {
  readonly train: Int32Array | TokenSource;
  readonly validation: Int32Array | TokenSource;
  readonly tokenizer: Pick<Tokenizer, 'createDecoder' | 'documentEndId' | 'vocabulary'>;
}

/** The most tokens of either text in which passages are compared. */
const TRAINING = 2_000_000;
const VALIDATION = 200_000;

/**
 * Compares the validation text with the training text: whether it repeats passages of it, as the audit of a corpus finds them, and whether
 * it is a text of the same kind.
 */
export function compareTexts({ train, validation, tokenizer }: ComparedTexts): TextComparison {
  const [trained, held] = [tokenSource(train), tokenSource(validation)];
  const parts = [decoded(trained, TRAINING, tokenizer), decoded(held, VALIDATION, tokenizer)].map((text, i) =>
    indexPart({ name: String(i), file: '', firstLine: 1, text }),
  );
  let exact = 0;
  const { passages, across } = findNearDuplicates(parts, ({ part, earlierPart, similarity }) => {
    if (part === 1 && earlierPart === 0 && similarity === 1) exact++;
  });
  return { passages: passages[1]!, copied: across[1]!, exact, ...distances(trained, held, tokenizer.vocabulary.size) };
}

function decoded(source: TokenSource, most: number, { createDecoder, documentEndId }: ComparedTexts['tokenizer']): string {
  const ids = new Int32Array(Math.min(most, source.length));
  source.read(0, ids, ids.length);
  const decoder = createDecoder();
  let text = '';
  // A passage does not continue in another document.
  for (const id of ids) text += decoder.push(id) + (id === documentEndId ? '\n\n' : '');
  return text;
}

/** The most frequent tokens that are told apart: rarer ones of two samples differ by chance. */
const FREQUENT = 255;
/** Tokens of a block, and the most blocks of a sample: a sample of few long pieces would be of few subjects. */
const BLOCK = 64;
const BLOCKS = 256;
/** Random samples of the training text. */
const SAMPLES = 16;

/** The Jensen-Shannon divergence of a sample of each text from the training text, in bits (Lin 1991). */
function distances(
  train: TokenSource,
  held: TokenSource,
  vocabularySize: number,
): Pick<TextComparison, 'distance' | 'usualDistance'> {
  const occurrences = tokenOccurrences(train, vocabularySize);
  const frequent = [...occurrences.keys()].sort((a, b) => occurrences[b]! - occurrences[a]!).slice(0, FREQUENT);
  const classes = new Int32Array(vocabularySize).fill(frequent.length);
  for (const [index, id] of frequent.entries()) classes[id] = index;
  const reference = new Float64Array(frequent.length + 1);
  for (const [id, count] of occurrences.entries()) reference[classes[id]!]! += count;
  const size = Math.min(BLOCK, held.length, train.length);
  const blocks = Math.min(BLOCKS, Math.floor(held.length / size));
  const random = createRandom(0);
  const sampled = (source: TokenSource, place: (index: number, places: number) => number) => {
    const counts = new Float64Array(reference.length);
    const ids = new Int32Array(size);
    for (let i = 0; i < blocks; i++) {
      source.read(place(i, source.length - size + 1), ids, size);
      for (const id of ids) counts[classes[id]!]!++;
    }
    return divergence(counts, reference);
  };
  let usual = 0;
  for (let i = 0; i < SAMPLES; i++) usual += sampled(train, randomPlace(random)) / SAMPLES;
  return { distance: sampled(held, (index, places) => Math.floor((index * places) / blocks)), usualDistance: usual };
}

const randomPlace = (random: Random) => (_: number, places: number) => random.integer(places);

function divergence(a: Float64Array, b: Float64Array): number {
  const [ofA, ofB] = [a, b].map((counts) => counts.reduce((sum, count) => sum + count, 0));
  let bits = 0;
  for (let i = 0; i < a.length; i++) {
    const [p, q] = [a[i]! / ofA!, b[i]! / ofB!];
    if (p > 0) bits += (p / 2) * Math.log2((2 * p) / (p + q));
    if (q > 0) bits += (q / 2) * Math.log2((2 * q) / (p + q));
  }
  return bits;
}
