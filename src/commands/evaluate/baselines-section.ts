import { evaluateBaselines, usualOrder } from '../../evaluate/baselines/evaluate-baselines.js';
import { formatPerplexity } from '../../ui/format.js';
import type { Evaluation, ReportSection } from './report-section.js';
import { trainingTokens } from './training-tokens.js';

/** Compares the model with counting models. */
export async function baselinesSection(evaluation: Evaluation, order?: number): Promise<ReportSection> {
  const { model, tokens, result } = evaluation;
  const { type, vocabulary } = model.tokenizer;
  const baselines = evaluateBaselines({
    train: await trainingTokens(evaluation, '--baselines'),
    tokens,
    vocabularySize: vocabulary.size,
    order: order ?? usualOrder(type),
  });
  const named = [
    ['unigram', baselines.unigram],
    [`Kneser-Ney of order ${baselines.order}`, baselines.kneserNey],
  ] as const;
  const better = named.filter(([, { nats }]) => nats <= result.nats).map(([name]) => name);
  return {
    key: 'baselines',
    title: 'perplexity compared with n-gram models, on the same tokens',
    rows: [['this model', result] as const, ...named].map(([name, { perplexity }]) => [name, formatPerplexity(perplexity)]),
    lines: better.length === 0 ? [] : [`The network does not beat ${better.join(' and ')}.`],
    json: { ...baselines, networkBeatsAll: better.length === 0 },
  };
}
