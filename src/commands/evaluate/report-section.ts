/*
 * The report of evaluate-perplexity is a list of sections. To add one:
 *
 * 1. Write its computation in src/evaluate/, as a function of an engine, a model and tokens.
 * 2. Write its flags in a small file here, NAME-option.ts: a `SectionOption`. `request` checks the flags (usage errors are thrown before
 *    anything is read), and returns the work, or undefined when the flags do not request it. The work imports lazily what it needs:
 *
 *        export const baselinesOption: SectionOption = {
 *          flags: { baselines: { boolean: true, default: false, describe: '...' } },
 *          request: ({ baselines }: { baselines: boolean }) =>
 *            baselines ? async (evaluation) => (await import('./baselines-section.js')).baselinesSection(evaluation) : undefined,
 *        };
 *
 * 3. Write the section itself, NAME-section.ts, which turns the results into rows for people and values for programs.
 * 4. Add a line to section-options.ts. Sections appear in the order of that list.
 */
import type { Options } from 'yargs';
import type { Engine } from '../../engine/engine.js';
import type { Perplexity } from '../../evaluate/perplexity.js';
import { directionOf, inReadingOrder } from '../../model/stacks.js';
import type { LanguageModel } from '../../model/window-programs.js';
import type { TokenSource } from '../../text/batches.js';
import type { TerminalText } from '../../ui/terminal-text.js';
import type { EvaluationText } from './evaluation-text.js';
import type { IntervalOptions } from './interval-option.js';

/** A text in memory that a model has read. */
export interface Reading {
  readonly model: LanguageModel;
  /** The text, N token ids, in the order in which the model reads them. */
  readonly tokens: Int32Array;
  /** The same tokens, with the ends of documents if the model resets its state there. */
  readonly source: TokenSource;
  /** [N - 1]: `losses[i]` is the nats of token i + 1. */
  readonly losses: Float32Array;
}

/** Tokens and losses in the order of the text, and the index of the token that is not predicted: see `lossOf`. */
export function inTextOrder({ model, tokens, losses }: Reading) {
  const { options } = model;
  const unpredicted = directionOf(options) === 'forward' ? 0 : tokens.length - 1;
  return { tokens: inReadingOrder(options, tokens), losses: unpredicted === 0 ? losses : losses.toReversed(), unpredicted };
}

/** The measured text, for sections that measure more. */
export interface Evaluation extends Reading {
  readonly engine: Engine;
  readonly subject: EvaluationText;
  readonly text: string;
  readonly result: Perplexity;
  /** Settings of confidence intervals; the seed is used for all random draws. */
  readonly interval: IntervalOptions;
  /** Opens another model and scores the same text in the same way. @throws UserError as for the first model */
  readByAnother(path: string): Promise<Reading>;
  /** Shows the progress of a long computation, and lets signals be handled; the label names the computation. */
  progress(label: string): (done: number, total: number) => Promise<void>;
}

/** A part of the report. */
export interface ReportSection {
  /** Key of its values in the JSON document; without one they are at the top level. */
  readonly key?: string;
  /** Line above the rows; without one the rows continue the previous section. */
  readonly title?: string;
  readonly rows?: readonly (readonly [label: string, value: string])[];
  /** Lines after the rows, printed unchanged: a sentence, a table, a chart. */
  readonly lines?: readonly (string | TerminalText)[];
  readonly json: Readonly<Record<string, unknown>>;
}

/** The work that a section's flags request. */
export type SectionRequest = (evaluation: Evaluation) => ReportSection | Promise<ReportSection>;

/** The flags of a section. */
export interface SectionOption {
  readonly flags: Readonly<Record<string, Options>>;
  /**
   * @param flags all flags of the command as yargs returns them; declare those that are read
   * @throws UserError usage
   */
  request(flags: object): SectionRequest | undefined;
}
