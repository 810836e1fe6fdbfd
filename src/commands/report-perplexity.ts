import { availableParallelism } from 'node:os';
import { perplexityOf } from '../evaluate/perplexity.js';
import type { Windows } from '../evaluate/windowed-losses.js';
import { type OpenedModel, openModel } from '../model/open-model.js';
import type { SplitName } from '../text/splits.js';
import type { EngineChoice } from './engine-flag.js';
import type { IntervalOptions } from './evaluate/interval-option.js';
import { headingOf, mainSection } from './evaluate/main-section.js';
import { progressOn } from './evaluate/progress.js';
import { readText } from './evaluate/read-text.js';
import { jsonReport, textReport } from './evaluate/render-report.js';
import type { Evaluation, ReportSection, SectionRequest } from './evaluate/report-section.js';
import type { EvaluationText } from './evaluation-text.js';
import { openInferenceEngine } from './inference-engine.js';
import { createTextOutput } from './text-output.js';

interface PerplexityRequest {
  /** Path of a model file, a checkpoint or a run directory. */
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
  const engine = await openInferenceEngine(request.engine, availableParallelism());
  const progress = (label: string) => progressOn(process.stderr, label);
  try {
    const model = openModel(request.model, engine);
    const subject = await subjectOf(model, request);
    const read = (by: OpenedModel) => readText(by, engine, subject, request.windows, progress('evaluating'));
    const reading = await read(model);
    const evaluation: Evaluation = {
      ...reading,
      engine,
      subject,
      result: perplexityOf(reading.losses),
      windows: request.windows,
      interval: request.interval,
      readByAnother: (path) => read(openModel(path, engine)),
      progress,
    };
    const sections: ReportSection[] = [mainSection(evaluation)];
    for (const section of request.sections) sections.push(await section(evaluation));
    const output = createTextOutput(request.output, () => performance.now());
    await output.write(request.json ? jsonReport(sections) : textReport(headingOf(evaluation), sections));
    await output.flush();
  } finally {
    engine.close();
  }
}

async function subjectOf(model: OpenedModel, { text, split }: PerplexityRequest): Promise<EvaluationText> {
  const { corpusSplit, textOfPath } = await import('./evaluation-text.js');
  return text === undefined ? corpusSplit(model, split) : textOfPath(model, text);
}
