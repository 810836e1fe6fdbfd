import { type BothContextsOptions, evaluateBothContexts } from '../../evaluate/both-contexts.js';
import { evaluatePerplexity, type Perplexity } from '../../evaluate/perplexity.js';
import { reversedSource } from '../../text/reversed-source.js';
import { formatCount, formatPerplexity } from '../../ui/format.js';
import type { ReportSection } from './report-section.js';

/** The perplexity of each direction of a bidirectional model, and the pseudo-perplexity of their combination. */
export async function directionsSection(options: BothContextsOptions, forward: Perplexity): Promise<ReportSection> {
  const { backward: model, engine, tokens } = options;
  const backward = await evaluatePerplexity({ model, engine, tokens: reversedSource(tokens) });
  const combined = await evaluateBothContexts(options);
  const { perplexity: pseudoPerplexity, ...rest } = combined;
  return {
    key: 'directions',
    title: 'both directions',
    rows: [
      ['forward perplexity', formatPerplexity(forward.perplexity)],
      ['backward perplexity', formatPerplexity(backward.perplexity)],
      ['pseudo-perplexity', formatPerplexity(pseudoPerplexity)],
      ['  of tokens', formatCount(combined.tokens)],
    ],
    json: { forward, backward, combined: { pseudoPerplexity, ...rest } },
  };
}
