import { evaluateDynamically } from '../../evaluate/dynamic/dynamic-evaluation.js';
import { tokenizerDeclaration } from '../../text/tokenizers/index.js';
import { formatNumber, plural } from '../../ui/format.js';
import { withParameters } from './dependent-flags.js';
import { gainJson, gainRows } from './gain.js';
import type { Evaluation, ReportSection } from './report-section.js';
import { trainingTokens } from './training-tokens.js';

interface DynamicChoice {
  readonly rule: 'rms' | 'sgd';
  readonly learningRate: number;
  readonly decay: number;
  /** Undefined: the usual length for the kind of token. */
  readonly windowLength: number | undefined;
}

/** Evaluates a copy of the model that adapts while it reads. */
export async function dynamicSection(evaluation: Evaluation, choice: DynamicChoice): Promise<ReportSection> {
  const { engine, source, result, progress } = evaluation;
  const model = withParameters(evaluation.model);
  const { rule, learningRate, decay } = choice;
  const windowLength = choice.windowLength ?? (tokenizerDeclaration(model.tokenizer.type).small ? 20 : 5);
  const dynamic = await evaluateDynamically({
    engine,
    model,
    tokens: source,
    rule: rule === 'sgd' ? { type: rule } : { type: rule, train: await trainingTokens(evaluation, '--dynamic rms') },
    learningRate,
    decay,
    windowLength,
    onProgress: progress('adapting'),
  });
  const how = `rate ${formatNumber(learningRate)}, decay ${formatNumber(decay)}, every ${plural(windowLength, 'token')}`;
  return {
    key: 'dynamic',
    title: `dynamic evaluation by ${rule}: ${how}`,
    rows: gainRows(result, dynamic),
    json: { rule, learningRate, decay, windowLength, ...gainJson(result, dynamic) },
  };
}
