import type { Random } from '../foundation/random.js';
import { type Batches, type BatchOptions, createBatches, type EpochLayout, type StreamPiece } from './batches.js';
import { epochRandom, shuffle } from './epoch-random.js';
import { epochLengths, type LengthVariation } from './window-lengths.js';

export interface EpochOptions extends BatchOptions {
  readonly seed: number;
  /** Windows of several lengths, in a different order in each epoch. Default: all of one length. */
  readonly lengthVariation?: LengthVariation | undefined;
  /**
   * The number of pieces into which each stream is divided, at different positions and in a different order in each epoch. Default 1:
   * streams are read in order.
   */
  readonly pieces?: number | undefined;
}

/** Streams of the seed from which the orders of windows and of pieces are drawn, one for each epoch. */
const LENGTHS = 3;
const PIECES = 4;

/**
 * The epochs of a training text. Every epoch reads every prediction once, in the same number of windows. Its random draws are a function of
 * the seed and its number, so a checkpoint stores only epoch and window.
 *
 * @returns the first epoch; `epoch` returns the others if they differ
 * @throws UserError 'data' when there are fewer predictions than streams
 */
export function createEpochs(options: EpochOptions): Batches {
  const { seed, lengthVariation, pieces = 1 } = options;
  const plain = createBatches(options);
  if (lengthVariation === undefined && pieces === 1) return plain;
  const longest = Math.ceil(plain.predictions / options.batchSize);
  const lengths = lengthVariation && epochLengths(longest, plain.sequenceLength, lengthVariation);
  const layout = (epoch: number): EpochLayout => {
    const random = epochRandom(seed, PIECES, epoch);
    return {
      ...(lengths && { lengths: [...shuffled(lengths.slice(0, -1), epochRandom(seed, LENGTHS, epoch)), lengths.at(-1)!] }),
      ...(pieces > 1 && { pieces: (_, length) => drawPieces(length, pieces, random) }),
    };
  };
  let current = 0;
  let batches = plain;
  const epoch = (number: number) => {
    if (number !== current) {
      current = number;
      batches = createBatches(options, layout(number));
    }
    return batches;
  };
  return { ...epoch(1), epoch };
}

/**
 * Divides a stream at uniformly drawn positions, and draws the order of the pieces among all except that of the text. Two pieces change
 * places: the partial shuffling of Press 2019.
 */
function drawPieces(length: number, most: number, random: Random): StreamPiece[] {
  const count = Math.min(most, length);
  const cuts = new Set<number>();
  while (cuts.size < count - 1) cuts.add(1 + random.integer(length - 1));
  const bounds = [0, ...[...cuts].toSorted((a, b) => a - b), length];
  const pieces = bounds.slice(1).map((end, i) => ({ start: bounds[i]!, length: end - bounds[i]! }));
  if (pieces.length === 1) return pieces;
  let order = pieces;
  while (order.every((piece, i) => piece === pieces[i])) order = shuffled(pieces, random);
  return order;
}

/** The items in an order in which every other one is equally likely. */
function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  shuffle(result, random);
  return result;
}
