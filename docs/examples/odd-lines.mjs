// @ts-check
// Finds the lines of a text that surprise a model: node odd-lines.mjs MODEL FILE [THRESHOLD]
//
// Trained on a log, a list of addresses or a program, a model shows what is unlike the rest. A line is odd when its surprisal, in nats per
// token, is more than THRESHOLD (default 3.5) robust standard deviations above the median: the median absolute deviation does not grow
// with the odd lines themselves (Iglewicz and Hoaglin 1993). Characters that the model has never seen surprise it without bound.

import { readFileSync } from 'node:fs';
import { createTypedArrayEngine, evaluatePerplexity, openModel, UserError } from 'textloom';

const [path = 'runs/quickstart', file = 'log.txt', threshold = '3.5'] = process.argv.slice(2);
const engine = createTypedArrayEngine();
const model = openModel(path, engine);

/** @type {{ number: number, line: string, surprisal: number }[]} */
const lines = [];
for (const [i, line] of readFileSync(file, 'utf8').split('\n').entries()) {
  if (line.trim() === '') continue;
  lines.push({ number: i + 1, line, surprisal: await surprisalOf(line) });
}
engine.close();

/** @param {string} line */
async function surprisalOf(line) {
  try {
    const tokens = model.tokenizer.encode(`\n${line}\n`);
    return (await evaluatePerplexity({ model, engine, tokens })).natsPerToken;
  } catch (error) {
    if (error instanceof UserError && error.kind === 'data') return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? Number.NaN) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

const usual = median(lines.map(({ surprisal }) => surprisal));
// 0.6745 is the 75% quantile of the normal distribution, which makes the deviation that of a normal distribution.
const deviation = median(lines.map(({ surprisal }) => Math.abs(surprisal - usual))) / 0.6745;
for (const { number, line, surprisal } of lines) {
  const score = (surprisal - usual) / deviation;
  if (score > Number(threshold)) console.log(`${number}\t${surprisal.toFixed(2)}\t${score.toFixed(1)}\t${line}`);
}
