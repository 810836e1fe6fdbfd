import { type TokenSource, tokenSource } from '../text/batches.js';
import { type BootstrapOptions, blockBootstrap, type ConfidenceInterval, defaultBlockLength } from './block-bootstrap.js';
import { type OnLosses, type Perplexity, perplexityFrom, predictionsOf } from './perplexity.js';

/** The loss on tokens that are in the vocabulary, and the number of those that are not. */
export interface UnknownTokens {
  /** Predicted tokens that are `<unk>`. */
  readonly count: number;
  /** Perplexity of the other tokens: unknown tokens are read but not counted. Undefined when all are unknown. */
  readonly known?: Perplexity;
}

/** The summary of a text's losses. */
export interface LossSummary {
  readonly result: Perplexity;
  /**
   * `<unk>` is easier to predict than the words it stands for, so a perplexity that includes it is too low. Undefined when the vocabulary
   * has no `<unk>`.
   */
  readonly unknown?: UnknownTokens;
  /** Confidence interval of the mean loss, with block lengths in tokens. @returns undefined when there are fewer than 10 blocks */
  interval(options?: BootstrapOptions): ConfidenceInterval | undefined;
}

/** Collects a text's losses in order. */
export interface LossGatherer {
  readonly add: OnLosses;
  /** Must be called after the last loss. */
  finish(): LossSummary;
}

/** The most numbers that are stored for the bootstrap: of longer texts, sums of adjacent losses are stored. */
const MOST_VALUES = 1 << 22;

/**
 * Sums losses in float64, from the first to the last, in memory that does not grow with the text. Up to four million losses are stored for
 * the confidence interval; for a longer text, as many sums of adjacent losses, from which its blocks are built.
 *
 * @param unknownId the id of `<unk>`, if the vocabulary has it
 * @throws UserError `data` for a text of less than two tokens
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
