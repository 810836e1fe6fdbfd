import type { JsonValue } from '../../foundation/strict-json.js';

/** A row of the model card. */
export type CardRow = readonly [label: string, value: string];

/** A network that the page can train. */
export interface LearningChoice {
  readonly label: string;
  /** A resolved config; the page sets its length and seed. */
  readonly config: JsonValue;
}

/** What a page asks of the server that it comes from. Paths begin with a slash; `{model}` stands for the name of a model. */
export interface PageServer {
  /** Whether requests need its API key. */
  readonly needsKey: boolean;
  /** All models, as in OpenAI's interface. */
  readonly models: string;
  /** The bytes of a model's file. */
  readonly file: string;
  /** Writes the same texts. */
  readonly completions: string;
}

/** What the page of a model reads from a script element as JSON. */
export interface WriterData {
  /** Where the model is: in the page, with its path as a user of the command line gives it, or at the server of the page. */
  readonly source: { readonly type: 'embedded'; readonly path: string } | ({ readonly type: 'server' } & PageServer);
  /** Absent: the page does not train. */
  readonly learning?: readonly LearningChoice[];
}
