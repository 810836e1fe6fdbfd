import { collectLosses, type PerplexityOptions, scoreText } from '../../src/evaluate/perplexity.js';

/** The losses of a text, all of them at once. */
export async function tokenLosses(options: PerplexityOptions): Promise<Float32Array> {
  const { losses } = await collectLosses(options.tokens, (onLosses) => scoreText(options, onLosses));
  return losses;
}

export const sumOf = (losses: ArrayLike<number>) => Array.from(losses).reduce((sum, loss) => sum + loss, 0);
