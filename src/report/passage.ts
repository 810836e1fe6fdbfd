import type { LayerAttention } from '../evaluate/attention-weights.js';
import type { ConfidenceInterval } from '../evaluate/block-bootstrap.js';
import type { SurprisalPiece } from '../evaluate/surprisal.js';

/** How well a model predicts the beginning of a text. */
export interface MeanOfText {
  /** Tokens that were predicted, of so many in the text. */
  readonly predicted: number;
  readonly available: number;
  readonly natsPerToken: number;
  /** For the mean; undefined for a text that is too short. */
  readonly interval: ConfidenceInterval | undefined;
}

/** A text of a run's corpus that its model has read for the report. */
export interface MeasuredPassage extends MeanOfText {
  /** Index of the run in the report. */
  readonly run: number;
  /** The text, such as `the validation split (fables.txt, characters 900 to 950)`. */
  readonly name: string;
  /** The same of the test text, if there is one. */
  readonly test: MeanOfText | undefined;
  /** The beginning of the text. */
  readonly pieces: readonly SurprisalPiece[];
  /** Words of the beginning, with the nats of each. */
  readonly words: readonly { readonly text: string; readonly nats: number }[];
  /** ln(vocabulary size). */
  readonly chance: number;
  /** The most frequent tokens of the text, most frequent first. */
  readonly frequent: readonly number[];
  /** What the model looks at in the first tokens of the text; undefined for a model without attention. */
  readonly attention: { readonly tokens: readonly string[]; readonly layers: readonly LayerAttention[] } | undefined;
}
