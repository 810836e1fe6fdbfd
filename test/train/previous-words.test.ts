import { describe, expect, test } from 'vitest';
import { createBatches } from '../../src/text/batches.js';
import { createPreviousWords } from '../../src/train/previous-words.js';

const END = 0;
// Sentences of the tokens 10 to 19, of 20 to 29 and so on: a token names its sentence.
const sentences = [
  [10, 11, 12],
  [20],
  [30, 31, 32, 33, 34, 35, 36],
  [],
  [50, 51],
  [60, 61, 62],
  [70, 71, 72, 73, 74],
  [80, 81],
];
const tokens = Int32Array.from(sentences.flatMap((sentence) => [...sentence, END]));

/** What is drawn for each window: the rows of each, [words][steps][batch], with the tokens that are read. */
function drawAll({
  batchSize,
  sequenceLength,
  shards,
  words,
}: Record<'batchSize' | 'sequenceLength' | 'shards' | 'words', number>) {
  const batches = createBatches({ tokens, batchSize, sequenceLength, shards });
  const own = (batchSize / shards) * sequenceLength;
  const previous = createPreviousWords({ lineEnd: END, batchSize, most: words * sequenceLength * batchSize, seed: 3 });
  const integers = (length: number) => Array.from({ length: shards }, () => new Int32Array(length));
  const floats = (length: number) => Array.from({ length: shards }, () => new Float32Array(length));
  return Array.from({ length: batches.windows }, (_, window) => {
    const current = { tokens: integers(own), weights: floats(own) };
    const drawn = { tokens: integers(own * words), known: floats(own) };
    batches.fill(window, current.tokens, integers(own), current.weights);
    previous.write(batches, window, window, current, drawn);
    return { current, drawn };
  });
}

/** The sentence before that of the token after place i of the text; undefined where it did not begin in the row's stream. */
function sentenceBefore(i: number, streamStart: number): number[] | undefined {
  const ends = Array.from(tokens.keys()).filter((place) => place >= streamStart && place <= i && tokens[place] === END);
  return ends.length < 2 ? undefined : [...tokens.subarray(ends.at(-2)! + 1, ends.at(-1))];
}

describe('words of the previous sentence', () => {
  test.each([1, 2])('are of the line before, found across windows and %i shards', (shards) => {
    const [batchSize, sequenceLength, words] = [2, 3, 4];
    const streamLength = Math.ceil((tokens.length - 1) / batchSize);
    const seen = new Set<number>();
    for (const [window, { current, drawn }] of drawAll({ batchSize, sequenceLength, shards, words }).entries()) {
      const own = batchSize / shards;
      for (let row = 0; row < batchSize; row++) {
        for (let t = 0; t < sequenceLength; t++) {
          const [shard, place] = [Math.floor(row / own), t * own + (row % own)];
          if (current.weights[shard]![place] === 0) continue;
          const start = row * streamLength;
          const expected = sentenceBefore(start + window * sequenceLength + t, start) ?? [];
          expect(drawn.known[shard]![place], `row ${row}, window ${window}, step ${t}`).toBe(expected.length > 0 ? 1 : 0);
          for (let i = 0; expected.length > 0 && i < words; i++) {
            const word = drawn.tokens[shard]![i * sequenceLength * own + place]!;
            expect(expected).toContain(word);
            seen.add(word);
          }
        }
      }
    }
    expect(seen.size).toBeGreaterThan(10);
  });

  test('are the same on any number of shards', () => {
    const byRow = (shards: number) =>
      drawAll({ batchSize: 2, sequenceLength: 3, shards, words: 2 }).map(({ drawn }) => {
        const own = 2 / shards;
        return Array.from({ length: 2 * 3 * 2 }, (_, i) => {
          const [line, row] = [Math.floor(i / 2), i % 2];
          return drawn.tokens[Math.floor(row / own)]![line * own + (row % own)];
        });
      });
    expect(byRow(2)).toEqual(byRow(1));
  });
});
