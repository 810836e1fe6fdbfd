import { availableParallelism } from 'node:os';
import { perplexityOf } from '../evaluate/perplexity.js';
import type { Windows } from '../evaluate/windowed-losses.js';
import type { ModelDescription } from '../model/model-description.js';
import type { SplitName } from '../text/splits.js';
import type { EngineChoice } from './engine-flag.js';
import type { IntervalOptions } from './evaluate/interval-option.js';
import { headingOf, mainSection } from './evaluate/main-section.js';
import { progressOn } from './evaluate/progress.js';
import { readText } from './evaluate/read-text.js';
import { jsonReport, textReport } from './evaluate/render-report.js';
import type { Evaluation, ReportSection, SectionRequest } from './evaluate/report-section.js';
import type { EvaluationText } from './evaluation-text.js';
import { type Inference, openInference } from './inference.js';
import { createTextOutput } from './text-output.js';

interface PerplexityRequest {
  /** Path of a model file, a checkpoint, a run directory or an exported file. */
  readonly model: string;
  /** Path of a text file; without it, a split of the model's corpus. */
  readonly text: string | undefined;
  readonly split: SplitName | undefined;
  readonly engine: EngineChoice;
  /** To read in windows without a memory in place of one stream. */
  readonly windows: Windows | undefined;
  readonly interval: IntervalOptions;
  /** What the report has besides the perplexity. */
  readonly sections: readonly SectionRequest[];
  readonly json: boolean;
  /** Where the report goes. */
  readonly output: NodeJS.WriteStream;
}

/** Carries out the evaluate-perplexity command; progress is shown on standard error if that is a terminal. */
export async function reportPerplexity(request: PerplexityRequest): Promise<void> {
  const opened: Inference[] = [];
  const open = async (path: string) => {
    const inference = await openInference(path, request.engine, availableParallelism());
    opened.push(inference);
    return inference;
  };
  const progress = (label: string) => progressOn(process.stderr, label);
  try {
    const own = await open(request.model);
    const { model, engine } = own;
    const subject = await subjectOf(model, request);
    const read = (by: Inference) => readText(by.model, by.engine, subject, request.windows, progress('evaluating'));
    const reading = await read(own);
    const evaluation: Evaluation = {
      ...reading,
      engine,
      subject,
      result: perplexityOf(reading.losses),
      windows: request.windows,
      interval: request.interval,
      readByAnother: async (path) => read(await open(path)),
      progress,
    };
    const sections: ReportSection[] = [mainSection(evaluation)];
    for (const section of request.sections) sections.push(await section(evaluation));
    const output = createTextOutput(request.output, () => performance.now());
    await output.write(request.json ? jsonReport(sections) : textReport(headingOf(evaluation), sections));
    await output.flush();
  } finally {
    for (const { close } of opened) close();
  }
}

async function subjectOf(model: ModelDescription, { text, split }: PerplexityRequest): Promise<EvaluationText> {
  const { corpusSplit, textOfPath } = await import('./evaluation-text.js');
  return text === undefined ? corpusSplit(model, split) : textOfPath(model, text);
}
