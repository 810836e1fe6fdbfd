/*
 * The report of evaluate-perplexity is a list of sections. To add one:
 *
 * 1. What it computes goes into src/evaluate/, as a function of an engine, a model and tokens.
 * 2. Its flags and what they ask for go into a light file here, NAME-option.ts: a `SectionOption`. `request` checks the flags (usage
 *    errors are thrown before anything is read), and returns the work, or nothing when the flags do not ask for it. The work
 *    imports lazily what it needs:
 *
 *        export const baselinesOption: SectionOption = {
 *          flags: { baselines: { boolean: true, default: false, describe: '...' } },
 *          request: ({ baselines }: { baselines: boolean }) =>
 *            baselines ? async (evaluation) => (await import('./baselines-section.js')).baselinesSection(evaluation) : undefined,
 *        };
 *
 * 3. The section itself, NAME-section.ts, turns what was computed into rows for people and values for machines.
 * 4. A line in section-options.ts. Sections appear in the order of that list.
 */
import type { Options } from 'yargs';
import type { Engine } from '../../engine/engine.js';
import type { Perplexity } from '../../evaluate/perplexity.js';
import type { LanguageModel } from '../../model/window-programs.js';
import type { TokenSource } from '../../text/batches.js';
import type { TerminalText } from '../../ui/terminal-text.js';
import type { EvaluationText } from './evaluation-text.js';
import type { IntervalOptions } from './interval-option.js';

/** A model's reading of a text that memory holds. */
export interface Reading {
  readonly model: LanguageModel;
  /** The text, N token ids. */
  readonly tokens: Int32Array;
  /** The same, with the ends of documents where the model forgets at them. */
  readonly source: TokenSource;
  /** [N - 1]: `losses[i]` is the nats of token i + 1. */
  readonly losses: Float32Array;
}

/** What has been measured, for sections that look further. */
export interface Evaluation extends Reading {
  readonly engine: Engine;
  readonly subject: EvaluationText;
  readonly text: string;
  readonly result: Perplexity;
  /** What confidence intervals are made with; the seed is for whatever is drawn. */
  readonly interval: IntervalOptions;
  /** Opens another model and lets it read the same text in the same way. @throws UserError as for the first */
  readByAnother(path: string): Promise<Reading>;
  /** Shows how far a long work is, and lets signals have their turn; the label says what is under way. */
  progress(label: string): (done: number, total: number) => Promise<void>;
}

/** A part of the report. */
export interface ReportSection {
  /** Key of its values in the JSON document; without one they stand at the top. */
  readonly key?: string;
  /** Line above the rows; without one they go on from the section before. */
  readonly title?: string;
  readonly rows?: readonly (readonly [label: string, value: string])[];
  /** Lines as they are, after the rows: a sentence, a table, a chart. */
  readonly lines?: readonly (string | TerminalText)[];
  readonly json: Readonly<Record<string, unknown>>;
}

/** The work that a section's flags ask for. */
export type SectionRequest = (evaluation: Evaluation) => ReportSection | Promise<ReportSection>;

/** The flags of a section. */
export interface SectionOption {
  readonly flags: Readonly<Record<string, Options>>;
  /**
   * @param flags all flags of the command as yargs gives them; declare those that are looked at.
   * @throws UserError usage
   */
  request(flags: object): SectionRequest | undefined;
}
