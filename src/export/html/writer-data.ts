import type { JsonValue } from '../../foundation/strict-json.js';

/** A row of the model card. */
export type CardRow = readonly [label: string, value: string];

/** A network that the page can train. */
export interface LearningChoice {
  readonly label: string;
  /** A resolved config; the page sets its length and seed. */
  readonly config: JsonValue;
}

/** What the page of a model reads from a script element as JSON, besides the model itself. */
export interface WriterData {
  /** Path of the model as a user of the command line gives it. */
  readonly modelPath: string;
  /** The prompt with which the page begins. */
  readonly prompt: string;
  /** Absent: the page does not train. */
  readonly learning?: readonly LearningChoice[];
}
