import { availableParallelism } from 'node:os';
import type { LossSummary } from '../../evaluate/loss-summary.js';
import { collectLosses } from '../../evaluate/perplexity.js';
import type { Windows } from '../../evaluate/score-windows.js';
import { measureText } from '../../evaluate/text-measure.js';
import { UserError } from '../../foundation/errors.js';
import { hasIndependentDocuments, type ModelDescription } from '../../model/model-description.js';
import { directionOf, inReadingOrder } from '../../model/stacks.js';
import type { LanguageModel } from '../../model/window-programs.js';
import type { TokenSource } from '../../text/batches.js';
import type { SplitName } from '../../text/splits.js';
import type { UnknownPolicy } from '../../text/tokenizers/unknown-characters.js';
import { type Output, standardError } from '../../ui/output.js';
import type { EngineChoice } from '../shared/engine-flag.js';
import { type Inference, openInference } from '../shared/inference.js';
import { withUnknownRemedy } from '../shared/readable-texts.js';
import type { EvaluationText } from './evaluation-text.js';
import type { IntervalOptions } from './interval-option.js';
import { headingOf, type MeasuredText, mainSection } from './main-section.js';
import { progressOn } from './progress.js';
import { readText } from './read-text.js';
import type { Evaluation, ReportSection, SectionRequest } from './report-section.js';
import { jsonReport, textReport } from './run.js';

interface PerplexityRequest {
  /** Path of a model file, a checkpoint, a run directory or an exported file. */
  readonly model: string;
  /** Path of a text file; without it, a split of the model's corpus. */
  readonly text: string | undefined;
  readonly split: SplitName | undefined;
  /** How to handle characters that the model's vocabulary lacks. */
  readonly unknown: UnknownPolicy | undefined;
  readonly engine: EngineChoice;
  /** Read in independent windows instead of one stream. */
  readonly windows: Windows | undefined;
  readonly interval: IntervalOptions;
  /** The sections of the report besides the perplexity. */
  readonly sections: readonly SectionRequest[];
  readonly json: boolean;
  /** Where the report goes. */
  readonly output: Output;
}

/** Registers something that must be closed at the end. */
type Keep = <T extends { close(): void }>(opened: T) => T;

/**
 * Runs the evaluate-perplexity command; progress is shown on standard error if that is a terminal. Its memory does not grow with the text,
 * unless sections need the whole text.
 */
export async function reportPerplexity(request: PerplexityRequest): Promise<void> {
  const opened: { close(): void }[] = [];
  const keep: Keep = (one) => {
    opened.push(one);
    return one;
  };
  try {
    const { heading, sections } = await evaluate(request, keep);
    const { json, output } = request;
    await (json ? output.write(jsonReport(sections)) : output.line(textReport(heading, sections)));
  } catch (error) {
    throw withUnknownRemedy(error);
  } finally {
    for (const { close } of opened) close();
  }
}

async function evaluate(request: PerplexityRequest, keep: Keep): Promise<{ heading: string; sections: ReportSection[] }> {
  const { windows, interval } = request;
  const open = async (path: string) => keep(await openInference(path, request.engine, availableParallelism()));
  const progress = (label: string) => progressOn(standardError, label);
  const reader = ({ model, engine }: Inference) => ({ model, engine, windows, onProgress: progress('evaluating') });
  const own = await open(request.model);
  const { model, engine } = own;
  if (windows && hasIndependentDocuments(model))
    throw new UserError('usage', '--window: the documents of this model are independent and read one by one; leave it out');
  const subject = await subjectOf(model, request);
  const measured = async (source: TokenSource, summary: LossSummary): Promise<MeasuredText> => {
    const given = firstOf(source);
    const unpredicted = directionOf(model.options) === 'forward' ? { first: given } : { last: given };
    const measure = await measureText(model.tokenizer, unpredicted, subject.pieces());
    return { model, subject, summary, measure, windows, interval };
  };

  const mainSections = async (source: TokenSource, text: MeasuredText) => [
    mainSection(text),
    ...(await directionSections(own, source, text, progress('in both directions'))),
  ];

  if (request.sections.length === 0) {
    const source = inReadingOrder(model.options, keep(await subject.open(model)).source);
    const text = await measured(source, await readText(reader(own), source));
    return { heading: headingOf(text), sections: await mainSections(source, text) };
  }
  const readWhole = async (by: Inference) => {
    const encoded = await subject.encode(by.model);
    const { options } = by.model;
    const [tokens, source] = [inReadingOrder(options, encoded.tokens), inReadingOrder(options, encoded.source)];
    const { losses, result } = await collectLosses(tokens, (onLosses) => readText(reader(by), source, onLosses));
    return { model: withDocumentEnd(by.model, subject), tokens, source, losses, summary: result };
  };
  const { summary, ...reading } = await readWhole(own);
  const text = await measured(reading.source, summary);
  const evaluation: Evaluation = {
    ...reading,
    engine,
    subject,
    text: await subject.text(),
    result: summary.result,
    interval,
    readByAnother: async (path) => readWhole(await open(path)),
    progress,
  };
  const sections = await mainSections(reading.source, text);
  for (const section of request.sections) sections.push(await section(evaluation));
  return { heading: headingOf(text), sections };
}

/** The section about both directions of a bidirectional model; it reads the text as a stream, also where the other sections use windows. */
async function directionSections(
  { model, model: { backward }, engine }: Inference,
  source: TokenSource,
  { summary }: MeasuredText,
  onProgress: (done: number, total: number) => Promise<void>,
): Promise<ReportSection[]> {
  if (backward === undefined) return [];
  const { directionsSection } = await import('./directions-section.js');
  return [await directionsSection({ forward: model, backward, engine, tokens: source, onProgress }, summary.result)];
}

/** A model whose tokens can be found in the text: where each line is a document, its end is the line end. */
function withDocumentEnd(model: LanguageModel, { documentEnd }: EvaluationText): LanguageModel {
  return documentEnd === '' ? model : { ...model, tokenizer: { ...model.tokenizer, documentEndText: documentEnd } };
}

/** The first token. */
function firstOf({ read }: TokenSource): number {
  const token = new Int32Array(1);
  read(0, token, 1);
  return token[0]!;
}

async function subjectOf(model: ModelDescription, { text, split, unknown }: PerplexityRequest): Promise<EvaluationText> {
  const { corpusSplit, textOfPath } = await import('./evaluation-text.js');
  return text === undefined ? corpusSplit(model, split, undefined, unknown) : textOfPath(model, text, unknown);
}
