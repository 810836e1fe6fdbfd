/**
 * What each auxiliary task gains: the validation and test loss of a run with it, against the same run without it.
 *
 * usage: npm run build && node bench/auxiliary.mjs [--config FILE] [--texts fables,ptb=FOLDER] [--epochs 4] [--seeds 1,2,3] [--tasks NAME,...]
 *
 * All runs of a seed have the same initial model, order of the text, masks and steps. Without --config, bench/auxiliary.yaml is used. Prints a
 * Markdown table for each text: the mean over the seeds, and the lowest and the highest gain. A positive gain is a lower loss.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { corpusChanges, trainWith } from './textloom-command.mjs';

/** @type {Readonly<Record<string, string>>} The objective of each task, with weights that fit small models. */
const tasks = {
  'augmented loss': '{ augmentedLoss: { weight: 10, temperature: 20 } }',
  'skip-gram': '{ skipGram: 0.02 }',
  'skip-gram before': '{ skipGram: 0.1 }',
  'multi-token prediction': '{ multiTokenPrediction: { weight: 0.2, tokens: 2 } }',
  'previous sentence': '{ previousSentence: 0.05 }',
};
/** @type {Readonly<Record<string, string>>} When a task counts, if not always. */
const schedules = { 'skip-gram before': '{ skipGram: { end: 0.2 }, crossEntropy: { start: 0.1 } }' };

const { values: options } = parseArgs({
  options: {
    config: { type: 'string', default: fileURLToPath(new URL('auxiliary.yaml', import.meta.url)) },
    texts: { type: 'string', default: 'fables' },
    epochs: { type: 'string', default: '4' },
    seeds: { type: 'string', default: '1,2,3' },
    tasks: { type: 'string', default: Object.keys(tasks).join(',') },
  },
});
const seeds = options.seeds.split(',').map(Number);
const names = options.tasks.split(',');
const unknown = names.filter((name) => !(name in tasks));
if (unknown.length > 0) throw new Error(`no task is called ${unknown.join(', ')}; there are ${Object.keys(tasks).join(', ')}`);

const folder = mkdtempSync(join(tmpdir(), 'textloom-auxiliary-'));
try {
  for (const text of options.texts.split(',')) compare(text);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} text */
function compare(text) {
  const common = [...corpusChanges(text), `training.epochs=${options.epochs}`];
  const lossesOf = (/** @type {readonly string[]} */ changes) =>
    seeds.map((seed) => trainWith(options.config, [...common, ...changes, `seed=${seed}`], join(folder, 'run')));
  const without = lossesOf([]);
  console.log(`\n${text.split('=')[0]}, ${options.epochs} epochs, seeds ${seeds.join(', ')}\n`);
  console.log('| task | validation loss | gain | test loss | gain |');
  console.log('| --- | --- | --- | --- | --- |');
  console.log(
    `| none | ${mean(without.map(({ validation }) => validation)).toFixed(4)} | | ${mean(without.map(({ test }) => test)).toFixed(4)} | |`,
  );
  for (const name of names) {
    const schedule = schedules[name];
    const found = lossesOf([
      `training.objective=${tasks[name]}`,
      ...(schedule ? [`training.objectiveSchedule=${schedule}`] : []),
    ]);
    const cells = /** @type {const} */ (['validation', 'test']).flatMap((split) => {
      const gains = found.map((one, i) => (without[i]?.[split] ?? Number.NaN) - (one[split] ?? Number.NaN));
      const [least, most] = [Math.min(...gains), Math.max(...gains)].map((gain) => gain.toFixed(4));
      return [mean(found.map((one) => one[split])).toFixed(4), `${mean(gains).toFixed(4)} (${least} to ${most})`];
    });
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}

/** @param {readonly (number | null)[]} values */
function mean(values) {
  const numbers = values.map((value) => value ?? Number.NaN);
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}
