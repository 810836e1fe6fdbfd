import type { Perplexity } from '../../evaluate/perplexity.js';
import { formatPerplexity } from '../../ui/format.js';

/** A larger loss, in per cent, is not shown exactly: the model is then useless. */
const LOWEST = -1000;

/** The result of another way to predict the same tokens, and its gain over the unchanged model. */
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

/** The same as JSON; negative if the result is worse. */
export function gainJson(result: Perplexity, other: Perplexity): Record<string, number> {
  return { ...other, gainInNatsPerToken: result.natsPerToken - other.natsPerToken };
}
