import { evaluateBaselines, usualOrder } from '../../evaluate/baselines/evaluate-baselines.js';
import type { TokenSource } from '../../text/batches.js';
import type { TokenizerType } from '../../text/tokenizers/tokenizer.js';

/** Losses on the same predictions, in nats per token: what is left to learn, and what counting achieves. */
export interface FitComparison {
  /** Of the model, as one stream. */
  readonly natsPerToken: number;
  readonly predictions: number;
  /** Under the process that generated the text, where that is known: no model can be expected to have a lower loss. */
  readonly entropy?: number;
  /** Of models that count in the beginning of the training text. Absent where it is not known, or is the text that is predicted. */
  readonly counting?: {
    readonly unigram: number;
    /** Interpolated modified Kneser-Ney of this order. */
    readonly kneserNey: number;
    readonly order: number;
    /** Training tokens that were counted. */
    readonly trainingTokens: number;
  };
}

interface ComparisonOptions {
  /** The text, and the model's nats for each of its tokens but the first. */
  readonly tokens: TokenSource;
  readonly losses: ArrayLike<number>;
  /** Nats of the same predictions under the process that generated the text; more than there are predictions are not read. */
  readonly surprisals: Float64Array | undefined;
  /** The training text, if it is another one. */
  readonly train: Int32Array | TokenSource | undefined;
  readonly tokenizer: TokenizerType;
  readonly vocabularySize: number;
}

/** The most training tokens that are counted: less than a second for characters, and some 150 MB for words. */
const COUNTED = 1_000_000;

/** Compares the loss of a model with the entropy of the text and with the losses of counting models. */
export function compareFit({ tokens, losses, surprisals, train, tokenizer, vocabularySize }: ComparisonOptions): FitComparison {
  const predictions = losses.length;
  const counting =
    train && evaluateBaselines({ train, tokens, vocabularySize, order: usualOrder(tokenizer), maximumTrainingTokens: COUNTED });
  return {
    natsPerToken: meanOf(losses, predictions),
    predictions,
    ...(surprisals && surprisals.length >= predictions && { entropy: meanOf(surprisals, predictions) }),
    ...(counting && {
      counting: {
        unigram: counting.unigram.natsPerToken,
        kneserNey: counting.kneserNey.natsPerToken,
        order: counting.order,
        trainingTokens: counting.trainingTokens,
      },
    }),
  };
}

function meanOf(values: ArrayLike<number>, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i]!;
  return sum / count;
}
