import { shellWord } from '../foundation/shell-word.js';
import type { EndEvent } from '../train/events.js';
import { formatCount, formatLoss, formatPerplexity, plural } from './format.js';
import { oneLine } from './terminal-text.js';

/**
 * The results of a run in a few lines, ending with the next command to use.
 * @param directory the run directory
 */
export function summaryLines(end: EndEvent, directory: string): string[] {
  const next = nextCommandLine(end, directory);
  return [...resultLines(end), ...(next === undefined ? [] : [next])];
}

/** The results of a run in a few lines. */
export function resultLines(end: EndEvent): string[] {
  const lines = [`${headings[end.reason]} after step ${formatCount(end.step)} and ${plural(end.tokens, 'token')}`];
  lines.push(...validationLines(end));
  const { testLoss, testFailure } = end;
  if (testLoss !== undefined) lines.push(`test loss of this model ${withPerplexity(testLoss)}`);
  if (testFailure !== undefined) lines.push(`test loss of this model: ${oneLine(testFailure)}`);
  return lines;
}

function nextCommandLine({ reason, model, bidirectional }: EndEvent, directory: string): string | undefined {
  const run = shellWord(directory);
  if (reason === 'interrupted') return `continue with: textloom train ${run} --resume`;
  if (model === undefined) return undefined;
  return bidirectional ? `now try: textloom fill ${run} "... ___ ..."` : `now try: textloom sample ${run} -p "..."`;
}

const headings: Readonly<Record<EndEvent['reason'], string>> = {
  completed: 'done',
  'early-stopping': 'done: validation improves no more,',
  interrupted: 'stopped',
};

/** The validation loss, and the losses on the same text to compare it with. */
function validationLines(end: EndEvent): string[] {
  const { bestValidationLoss: best, bestStep, validationLoss: exact, validationFailure, validationFloor: floor } = end;
  if (best === undefined) return [];
  const after = bestStep === undefined ? '' : `, after step ${formatCount(bestStep)}`;
  const baselines = exact === undefined || end.baselines === undefined ? [] : baselineLines(end.baselines, exact);
  const below = [
    // Where documents are sequences, the best validation loss is exact.
    ...(exact === undefined || end.sequences === 'documents' ? [] : [`read as one stream ${withPerplexity(exact)}`]),
    ...(validationFailure === undefined
      ? []
      : [`${end.sequences === 'documents' ? 'read again' : 'read as one stream'}: ${oneLine(validationFailure)}`]),
    ...(floor === undefined ? [] : [floorLine(floor, exact)]),
    ...chanceLines(exact ?? best, end.lossOfChance),
    ...baselines,
  ];
  return [`best validation loss ${withPerplexity(best)}${after}`, ...below.map((line) => `  ${line}`)];
}

function floorLine(floor: number, loss: number | undefined): string {
  const above = loss === undefined ? '' : `; the model is ${((loss / floor - 1) * 100).toFixed(1)}% above it`;
  return `the entropy of this text is ${formatLoss(floor)} nats${above}`;
}

function chanceLines(loss: number, chance: number | undefined): string[] {
  if (chance === undefined || loss <= chance) return [];
  return [`this is worse than a uniform guess: ${withPerplexity(chance)}`];
}

/** A comment only where the network is not better than a counting model. */
function baselineLines({ unigram, kneserNey, order }: NonNullable<EndEvent['baselines']>, loss: number): string[] {
  if (loss >= unigram) return [`the network does not beat the frequencies of single tokens: ${withPerplexity(unigram)}`];
  if (loss >= kneserNey)
    return [`the network does not beat the n-gram model: Kneser-Ney of order ${order} has ${withPerplexity(kneserNey)}`];
  return [];
}

function withPerplexity(loss: number): string {
  return `${formatLoss(loss)}, perplexity ${formatPerplexity(Math.exp(loss))}`;
}
