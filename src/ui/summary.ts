import type { EndEvent } from '../train/events.js';
import { formatCount, formatLoss, formatPerplexity, plural } from './format.js';

/**
 * What a run came to, in a few lines, ending with the command that comes next.
 * @param directory the run directory
 */
export function summaryLines(end: EndEvent, directory: string): string[] {
  const lines = [`${headings[end.reason]} after step ${formatCount(end.step)} and ${plural(end.tokens, 'token')}`];
  const { bestValidationLoss: best, bestStep, testLoss: test, validationFloor: floor, baselines } = end;
  if (best !== undefined) {
    lines.push(
      `best validation loss ${withPerplexity(best)}${bestStep === undefined ? '' : `, after step ${formatCount(bestStep)}`}`,
    );
  }
  if (test !== undefined) lines.push(`its test loss ${withPerplexity(test)}`);
  if (floor !== undefined) lines.push(floorLine(floor, best));
  if (best !== undefined && baselines !== undefined) lines.push(...baselineLines(baselines, best));
  const run = shellWord(directory);
  if (end.reason === 'interrupted') return [...lines, `go on with: textloom train ${run} --resume`];
  return end.model === undefined ? lines : [...lines, `now try: textloom sample ${run} -p "..."`];
}

const headings: Readonly<Record<EndEvent['reason'], string>> = {
  completed: 'done',
  'early-stopping': 'done: validation improves no more,',
  interrupted: 'stopped',
};

function floorLine(floor: number, best: number | undefined): string {
  const above = best === undefined ? '' : `; the model is ${((best / floor - 1) * 100).toFixed(1)}% above it`;
  return `the validation text's own entropy is ${formatLoss(floor)} nats${above}`;
}

/** A word only where the network is no better than what anybody can count. */
function baselineLines({ unigram, kneserNey, order }: NonNullable<EndEvent['baselines']>, best: number): string[] {
  if (best >= unigram) return [`the network does not beat the frequencies of single tokens: ${withPerplexity(unigram)}`];
  if (best >= kneserNey)
    return [`the network does not beat counting: Kneser-Ney of order ${order} has ${withPerplexity(kneserNey)}`];
  return [];
}

function withPerplexity(loss: number): string {
  return `${formatLoss(loss)}, perplexity ${formatPerplexity(Math.exp(loss))}`;
}

/** A path as a shell takes it back: in quotes when it holds more than the usual characters. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
