import { createRandom, type Random } from '../foundation/random.js';
import { type Batches, type BatchOptions, createBatches, type EpochLayout, type StreamPiece } from './batches.js';
import { epochLengths, type LengthVariation } from './window-lengths.js';

export interface EpochOptions extends BatchOptions {
  readonly seed: number;
  /** Windows of several lengths, in another order in each epoch. Default all alike. */
  readonly lengthVariation?: LengthVariation | undefined;
  /** Pieces that each stream is cut into, at other places and in another order in each epoch. Default 1: it is read from end to end. */
  readonly pieces?: number | undefined;
}

/** Streams of the seed that the orders of windows and of pieces are drawn from, one for each epoch. */
const LENGTHS = 3;
const PIECES = 4;
/** Epochs after which the orders are repeated: streams are numbers below 2^53. */
const PERIOD = 1 << 20;
const TWO_32 = 4294967296;

/**
 * The epochs of a training text. Every epoch reads every prediction once, in as many windows; what is drawn for it is a function of the
 * seed and its number, so that there is nothing to keep in a checkpoint besides epoch and window.
 *
 * @returns the first epoch; `epoch` gives the others where they differ
 * @throws UserError 'data' when there are fewer predictions than streams
 */
export function createEpochs(options: EpochOptions): Batches {
  const { seed, lengthVariation, pieces = 1 } = options;
  const plain = createBatches(options);
  if (lengthVariation === undefined && pieces === 1) return plain;
  const longest = Math.ceil(plain.predictions / options.batchSize);
  const lengths = lengthVariation && epochLengths(longest, plain.sequenceLength, lengthVariation);
  const randomOf = (use: number, epoch: number) => createRandom(seed, use + TWO_32 * (epoch % PERIOD));

  const layout = (epoch: number): EpochLayout => {
    const random = randomOf(PIECES, epoch);
    return {
      ...(lengths && { lengths: [...shuffled(lengths.slice(0, -1), randomOf(LENGTHS, epoch)), lengths.at(-1)!] }),
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
 * Cuts a stream at places drawn uniformly and puts the pieces into an order that is drawn among all but that of the text. With two pieces
 * they change places: the partial shuffling of Press 2019.
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

/** Fisher and Yates: every order is equally likely. */
function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
