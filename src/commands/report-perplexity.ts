import { UserError } from '../errors.js';
import { perplexityOf, tokenLosses } from '../evaluate/perplexity.js';
import { type OpenedModel, openModel } from '../model/open-model.js';
import { readTextFile } from '../text/corpus.js';
import type { SplitName } from '../text/splits.js';
import type { EngineChoice } from './engine-flag.js';
import { headingOf, mainSection } from './evaluate/main-section.js';
import { progressOn } from './evaluate/progress.js';
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
  /** What the report has besides the perplexity. */
  readonly sections: readonly SectionRequest[];
  readonly json: boolean;
}

/** Carries out the evaluate-perplexity command: the result on standard output, progress on standard error if that is a terminal. */
export async function reportPerplexity(request: PerplexityRequest): Promise<void> {
  const engine = await openInferenceEngine(request.engine);
  const progress = (label: string) => progressOn(process.stderr, label);
  try {
    const model = openModel(request.model, engine);
    const subject = await subjectOf(model, request);
    const tokens = encode(model, subject);
    const losses = await tokenLosses({ model, engine, tokens, onProgress: progress('evaluating') });
    const evaluation: Evaluation = { engine, model, subject, tokens, losses, result: perplexityOf(losses), progress };
    const sections: ReportSection[] = [mainSection(evaluation)];
    for (const section of request.sections) sections.push(await section(evaluation));
    const output = createTextOutput(process.stdout, () => performance.now());
    await output.write(request.json ? jsonReport(sections) : textReport(headingOf(evaluation), sections));
    await output.flush();
  } finally {
    engine.close();
  }
}

async function subjectOf(model: OpenedModel, { text, split }: PerplexityRequest): Promise<EvaluationText> {
  if (text !== undefined) return { text: await readTextFile(text), name: text };
  return (await import('./evaluation-text.js')).corpusSplit(model, split);
}

function encode({ tokenizer, path }: OpenedModel, { text, name }: EvaluationText): Int32Array {
  try {
    return tokenizer.encode(text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('data', `${name} cannot be read by ${path}: ${error.message}`, { cause: error });
  }
}
