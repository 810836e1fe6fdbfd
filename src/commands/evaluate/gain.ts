import type { Perplexity } from '../../evaluate/perplexity.js';
import { formatPerplexity } from '../../ui/format.js';

/** A loss of more than this, in per cent, is told no further: the model is ruined. */
const LOWEST = -1000;

/** What another way of predicting the same tokens comes to, and what it gains against the model as it is. */
export function gainRows(result: Perplexity, other: Perplexity): [label: string, value: string][] {
  const gain = result.natsPerToken - other.natsPerToken;
  const share = 100 * (1 - other.perplexity / result.perplexity);
  return [
    ['nats per token', other.natsPerToken.toFixed(4)],
    ['perplexity', formatPerplexity(other.perplexity)],
    ['  without', formatPerplexity(result.perplexity)],
    ['gain in nats per token', gain.toFixed(4)],
    ['gain in perplexity', share < LOWEST ? `below ${LOWEST}%` : `${share.toFixed(1)}%`],
  ];
}

/** The same for machines; negative where it makes things worse. */
export function gainJson(result: Perplexity, other: Perplexity): Record<string, number> {
  return { ...other, gainInNatsPerToken: result.natsPerToken - other.natsPerToken };
}
