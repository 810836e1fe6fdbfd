import { restoreRandom } from '../foundation/random.js';
import type { Batches } from '../text/batches.js';

/** The stream of the seed from which words of previous sentences are drawn. */
const PREVIOUS_WORDS_STREAM = 6;

/** Windows that are searched for the beginning of the previous sentence: what is earlier is left out. */
const MOST_WINDOWS = 16;

/** One array for each shard. Rows of a window are time-major. */
interface WindowTokens {
  readonly tokens: readonly Int32Array[];
  readonly weights: readonly Float32Array[];
}

interface DrawnWords {
  /** [words * T * (B / shards)]: for each drawn word the rows of the window. */
  readonly tokens: readonly Int32Array[];
  /** [T * (B / shards)]: 1 where there is a previous sentence, else 0. */
  readonly known: readonly Float32Array[];
}

/** Draws the words of a step: see `ObjectiveContext.previousWords`. */
export interface PreviousWords {
  /**
   * @param text the batches of the epoch
   * @param draw number of the window among all of a run, at least 0
   * @param current the window
   */
  write(text: Batches, window: number, draw: number, current: WindowTokens, drawn: DrawnWords): void;
}

/**
 * A word is a function of the text, the seed, `draw`, and its place in the whole batch, so that shards, threads, engines and resumed runs draw
 * the same words: nothing is remembered from window to window, and the sentence before a window is found in the windows before it.
 *
 * @param lineEnd the token after which a sentence begins
 * @param most the most words that are drawn at once, for the whole batch
 */
export function createPreviousWords(options: {
  lineEnd: number;
  batchSize: number;
  most: number;
  seed: number;
}): PreviousWords {
  const { lineEnd, batchSize, most, seed } = options;

  /** The tokens of each row before a window, in order, from the last but one line end on. */
  function tokensBefore(text: Batches, window: number, shards: number): number[][] {
    const own = batchSize / shards;
    const found = Array.from({ length: batchSize }, () => [] as number[]);
    const ends = new Int32Array(batchSize);
    const oldest = Math.max(0, window - MOST_WINDOWS);
    let next = window;
    while (next > oldest && !text.beginsSequences?.(next) && ends.some((count) => count < 2)) {
      next--;
      const length = (text.lengthOf?.(next) ?? text.sequenceLength) * own;
      const arrays = <T>(create: (length: number) => T) => Array.from({ length: shards }, () => create(length));
      const tokens = arrays((size) => new Int32Array(size));
      text.fill(
        next,
        tokens,
        arrays((size) => new Int32Array(size)),
        arrays((size) => new Float32Array(size)),
      );
      for (let row = 0; row < batchSize; row++) {
        const ofShard = tokens[Math.floor(row / own)]!;
        for (let place = length - own + (row % own); place >= 0 && ends[row]! < 2; place -= own) {
          if (ofShard[place] === lineEnd) ends[row]!++;
          found[row]!.push(ofShard[place]!);
        }
      }
    }
    return found.map((reversed) => reversed.reverse());
  }

  return {
    write(text, window, draw, { tokens, weights }, drawn) {
      const random = restoreRandom({ seed, stream: PREVIOUS_WORDS_STREAM, position: 2 * most * draw });
      const own = batchSize / tokens.length;
      const steps = tokens[0]!.length / own;
      const words = drawn.tokens[0]!.length / tokens[0]!.length;
      const before = tokensBefore(text, window, tokens.length);
      const rows = before.map((earlier, row) => {
        const [shard, first] = [Math.floor(row / own), row % own];
        const all = [...earlier];
        for (let t = 0; t < steps; t++) all.push(tokens[shard]![t * own + first]!);
        return sentencesBefore(all, earlier.length, lineEnd);
      });
      for (let i = 0; i < words; i++) {
        for (let t = 0; t < steps; t++) {
          for (let row = 0; row < batchSize; row++) {
            const [shard, place] = [Math.floor(row / own), t * own + (row % own)];
            const sentence = rows[row]![t]!;
            const share = random.uniform();
            const isKnown = sentence.length > 0 && weights[shard]![place] === 1;
            drawn.known[shard]![place] = isKnown ? 1 : 0;
            drawn.tokens[shard]![i * steps * own + place] = isKnown ? sentence[Math.floor(share * sentence.length)]! : 0;
          }
        }
      }
    },
  };
}

/** For each token from `first` on: the tokens between the last two line ends up to it. Before two line ends there is no whole sentence. */
function sentencesBefore(tokens: readonly number[], first: number, lineEnd: number): number[][] {
  const result: number[][] = [];
  let [begin, previous]: [number | undefined, number[]] = [undefined, []];
  for (const [i, token] of tokens.entries()) {
    if (token === lineEnd) {
      previous = begin === undefined ? [] : tokens.slice(begin, i);
      begin = i + 1;
    }
    if (i >= first) result.push(previous);
  }
  return result;
}
