/**
 * What each auxiliary task gains: the validation and test loss of a run with it, against the same run without it.
 *
 * usage: npm run build && node bench/auxiliary.mjs [--config FILE] [--texts fables,ptb=FOLDER] [--epochs 4] [--seeds 1,2,3] [--tasks NAME,...]
 *        [--threads N] [--output FILE]
 *
 * All runs of a seed have the same initial model, order of the text, masks and steps. Without --config, bench/auxiliary.yaml is used. Each loss
 * is appended to the output (JSON lines; default in bench/results/, named after the commit); what is there already is not trained again, so that
 * a stopped run goes on. Prints a Markdown table for each text: the mean over the seeds, and the lowest and the highest gain. A positive gain
 * is a lower loss, or a lower perplexity.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from './machine.mjs';
import { openOutcomes } from './outcomes.mjs';
import { markdownTable, mean } from './report.mjs';
import { corpusChanges, trainWith } from './textloom-command.mjs';

/**
 * The losses of one run.
 *
 * @typedef {object} Outcome
 * @property {string} config
 * @property {string} text
 * @property {string} task
 * @property {number} epochs
 * @property {number} seed
 * @property {number | null} validation
 * @property {number | null} test
 */

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
    threads: { type: 'string' },
    output: { type: 'string' },
  },
});
const seeds = options.seeds.split(',').map(Number);
const names = options.tasks.split(',');
const unknown = names.filter((name) => !(name in tasks));
if (unknown.length > 0) throw new Error(`no task is called ${unknown.join(', ')}; there are ${Object.keys(tasks).join(', ')}`);

/** @type {import('./outcomes.mjs').Outcomes<Outcome>} */
const { outcomes, add } = openOutcomes('auxiliary', describeMachine().commit, options.output);
const folder = mkdtempSync(join(tmpdir(), 'textloom-auxiliary-'));
try {
  for (const text of options.texts.split(',')) {
    for (const seed of seeds) for (const task of ['none', ...names]) train(text, task, seed);
    report(text);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * @param {string} text
 * @param {string} task
 * @param {number} seed
 * @returns {Outcome | undefined}
 */
function known(text, task, seed) {
  return outcomes.find(
    (one) =>
      one.config === basename(options.config) &&
      one.text === nameOf(text) &&
      one.task === task &&
      one.epochs === Number(options.epochs) &&
      one.seed === seed,
  );
}

/**
 * Trains one model, unless that is done already.
 *
 * @param {string} text
 * @param {string} task
 * @param {number} seed
 */
function train(text, task, seed) {
  if (known(text, task, seed)) return;
  const schedule = schedules[task];
  const changes = [
    ...corpusChanges(text),
    `training.epochs=${options.epochs}`,
    `seed=${seed}`,
    ...(options.threads ? [`engine.threads=${options.threads}`] : []),
    ...(task === 'none' ? [] : [`training.objective=${tasks[task]}`]),
    ...(schedule ? [`training.objectiveSchedule=${schedule}`] : []),
  ];
  const { validation, test } = trainWith(options.config, changes, join(folder, 'run'));
  add({ config: basename(options.config), text: nameOf(text), task, epochs: Number(options.epochs), seed, validation, test });
  console.error(
    `${nameOf(text)}, ${task}, seed ${seed}: validation loss ${validation?.toFixed(4)}, test loss ${test?.toFixed(4)}`,
  );
}

/** @param {string} text */
function report(text) {
  console.log(`\n${nameOf(text)}, ${options.epochs} epochs, seeds ${seeds.join(', ')}\n`);
  /** @type {[(outcome: Outcome) => number | null, number][]} */
  const measures = [
    [({ validation }) => validation, 4],
    [({ test }) => test, 4],
    [({ test }) => test && Math.exp(test), 2],
  ];
  const rows = ['none', ...names].map((task) => {
    const cells = measures.flatMap(([measure, digits]) => {
      const of = (/** @type {string} */ task) =>
        seeds.map((seed) => measure(/** @type {Outcome} */ (known(text, task, seed))) ?? Number.NaN);
      const [own, without] = [of(task), of('none')];
      if (task === 'none') return [mean(own).toFixed(digits), ''];
      const gains = own.map((value, i) => /** @type {number} */ (without[i]) - value);
      const [least, most] = [Math.min(...gains), Math.max(...gains)].map((gain) => gain.toFixed(digits));
      return [mean(own).toFixed(digits), `${mean(gains).toFixed(digits)} (${least} to ${most})`];
    });
    return [task, ...cells];
  });
  const header = ['task', 'validation loss', 'gain', 'test loss', 'gain', 'test perplexity', 'gain'];
  console.log(markdownTable(header, rows));
}

/** @param {string} text `fables`, or a name and a path */
function nameOf(text) {
  return /** @type {string} */ (text.split('=')[0]);
}
