/** What the page of a model and its worker tell each other. */
import type { TrainingEvent } from '../../train/events.js';
import type { CardRow } from '../html/writer-data.js';

/** How a text is written, as the flags of `textloom sample`. */
export interface WritingSettings {
  readonly temperature: number;
  /** Undefined: no filter. */
  readonly topP?: number;
  readonly seed: number;
  readonly stop: readonly string[];
  /** The most tokens. */
  readonly length: number;
}

/** What the page asks of its worker. */
export type WorkerRequest =
  | { readonly type: 'open'; readonly bytes: Uint8Array }
  /** Writes after a text, or after tokens. */
  | { readonly type: 'write'; readonly prompt: string | Int32Array; readonly settings: WritingSettings }
  | { readonly type: 'train'; readonly text: TrainingText; readonly config: unknown }
  /** Ends the text, or the training, that is in progress. */
  | { readonly type: 'stop' };

/** A text, or so many characters of generated fables. */
export type TrainingText = string | { readonly fables: number };

/** Tokens of a text, with the most likely tokens in the place of each. */
export interface WrittenTokens {
  readonly ids: readonly number[];
  /** The text that each adds; empty where a character is incomplete. */
  readonly texts: readonly string[];
  readonly probabilities: readonly number[];
  /** For each token its alternatives, in descending order. */
  readonly alternatives: readonly (readonly { readonly id: number; readonly probability: number }[])[];
}

/** What the worker answers. */
export type WorkerAnswer =
  /** Names of all tokens by their ids, the text in a visible form, and what the page says about the model. */
  | {
      readonly type: 'opened';
      readonly tokens: readonly string[];
      readonly summary: string;
      readonly card: readonly CardRow[];
    }
  /** The prompt was read: its ids, and the text of its last token. */
  | { readonly type: 'read'; readonly ids: Int32Array; readonly text: string; readonly last: string }
  | { readonly type: 'written'; readonly tokens: WrittenTokens }
  | { readonly type: 'ended'; readonly finish: string; readonly tokens: number; readonly seconds: number }
  | { readonly type: 'event'; readonly event: TrainingEvent; readonly seconds: number }
  | { readonly type: 'trained'; readonly bytes: Uint8Array; readonly reason: string }
  /** `bug`: nothing that the user can change. */
  | { readonly type: 'failed'; readonly message: string; readonly bug: boolean };
