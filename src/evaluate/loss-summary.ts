import { type TokenSource, tokenSource } from '../text/batches.js';
import { type BootstrapOptions, blockBootstrap, type ConfidenceInterval, defaultBlockLength } from './block-bootstrap.js';
import { type OnLosses, type Perplexity, perplexityFrom, predictionsOf } from './perplexity.js';

/** What is predicted of the tokens that are in the vocabulary, and how many are not. */
export interface UnknownTokens {
  /** Predicted tokens that are `<unk>`. */
  readonly count: number;
  /** Of the other tokens: the unknown ones are read, but not counted. Undefined when all are unknown. */
  readonly known?: Perplexity;
}

/** What a text's losses come to. */
export interface LossSummary {
  readonly result: Perplexity;
  /**
   * `<unk>` is easier to predict than the words it hides, so that a perplexity with it flatters. Undefined when the vocabulary has
   * none.
   */
  readonly unknown?: UnknownTokens;
  /** Where the mean loss lies, blocks being counted in tokens. @returns undefined when there are fewer than 10 blocks. */
  interval(options?: BootstrapOptions): ConfidenceInterval | undefined;
}

/** Gathers a text's losses as they come. */
export interface LossGatherer {
  readonly add: OnLosses;
  /** When all are there. */
  finish(): LossSummary;
}

/** Numbers that are kept for the bootstrap, at most: of more losses, sums of neighbours. */
const MOST_VALUES = 1 << 22;

/**
 * Sums losses in float64, from the first to the last, in memory that does not grow with the text: up to four million are kept for
 * the confidence interval; of a longer text, as many sums of neighbours, of which its blocks are made.
 *
 * @param unknownId of `<unk>`, where the vocabulary has it.
 * @throws UserError `data` for a text of less than two tokens.
 */
export function gatherLosses(tokens: Int32Array | TokenSource, unknownId?: number, mostValues = MOST_VALUES): LossGatherer {
  const predictions = predictionsOf(tokens);
  const source = tokenSource(tokens);
  const perValue = Math.ceil(predictions / mostValues);
  const values = new Float64Array(Math.ceil(predictions / perValue));
  let ids = new Int32Array(0);
  let nats = 0;
  let unknown = 0;
  let unknownNats = 0;

  function addUnknown(losses: Float32Array, start: number, count: number): void {
    if (ids.length < count) ids = new Int32Array(count);
    source.read(start + 1, ids, count);
    for (let i = 0; i < count; i++) {
      if (ids[i] !== unknownId) continue;
      unknown++;
      unknownNats += losses[i]!;
    }
  }

  function interval(options: BootstrapOptions = {}): ConfidenceInterval | undefined {
    const blockLength = Math.ceil((options.blockLength ?? defaultBlockLength(predictions)) / perValue);
    const weights = new Float64Array(values.length).fill(perValue);
    weights[values.length - 1] = predictions - perValue * (values.length - 1);
    const found = blockBootstrap(values, { ...options, blockLength }, weights);
    return found && { ...found, blockLength: blockLength * perValue };
  }

  return {
    add(losses, start, count) {
      for (let i = 0; i < count; i++) {
        nats += losses[i]!;
        values[Math.floor((start + i) / perValue)]! += losses[i]!;
      }
      if (unknownId !== undefined) addUnknown(losses, start, count);
    },
    finish() {
      const known = predictions - unknown;
      return {
        result: perplexityFrom(nats, predictions),
        ...(unknownId !== undefined && {
          unknown: { count: unknown, ...(known > 0 && { known: perplexityFrom(nats - unknownNats, known) }) },
        }),
        interval,
      };
    },
  };
}
