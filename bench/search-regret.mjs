/**
 * Compares methods of search on the recorded table of search-table.mjs: how much worse than the best config of the table is the one that they
 * recommend after a number of training steps?
 *
 * usage: npm run build && node bench/search-regret.mjs [--table FILE] [--peers FILE,...] [--searches 50] [--seed 1] [--budgets 3,5,10,20]
 *        [--methods NAME,...] [--output FILE]
 *
 * Budgets are in whole trainings (the steps of the last rung). A result at the end of a rung costs the steps of the rung; a promotion goes on from
 * where the learning rate began to fall, at 80% of the rung before. A search sees a loss only when it has paid for it. It recommends the best config
 * of the highest rung that it has a result of; the regret is the loss of that config at the last rung minus the lowest one of the table. --peers
 * are files written by peers/optuna_search.py, with the same rules. Prints a Markdown table; the output has the regret of every search.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { createRandom } from '../dist/foundation/random.js';
import { nextJob } from '../dist/tune/next-job.js';
import { changesAt, searchSpace } from '../dist/tune/search-space.js';
import { promotion } from '../dist/tune/successive-halving.js';
import { describeMachine } from './machine.mjs';
import { markdownTable, mean } from './report.mjs';

/**
 * @typedef {import('../dist/tune/trial.js').Trial} Trial
 * @typedef {import('../dist/tune/trial.js').SearchJob} SearchJob
 * @typedef {import('../dist/tune/trial.js').SearchSettings} SearchSettings
 * @typedef {(settings: SearchSettings, trials: readonly Trial[]) => SearchJob} Method
 */

const { values: options } = parseArgs({
  options: {
    table: { type: 'string', default: fileURLToPath(new URL('results/search-table.json.gz', import.meta.url)) },
    peers: { type: 'string', default: '' },
    searches: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    budgets: { type: 'string', default: '3,5,10,20' },
    methods: { type: 'string' },
    output: { type: 'string' },
  },
});
const table = JSON.parse(gunzipSync(readFileSync(options.table)).toString());
/** @type {readonly number[]} */
const rungs = table.rungs;
/** @type {readonly { key: string, values: number[] }[]} */
const grid = table.grid;
/** @type {readonly (number | null)[][]} */
const losses = table.seeds
  .find((/** @type {{ seed: number }} */ one) => one.seed === Number(options.seed))
  .configs.map((/** @type {{ losses: (number | null)[] }} */ one) => one.losses);
const last = rungs.length - 1;
const finalLosses = losses.map((one) => one[last] ?? Number.POSITIVE_INFINITY);
const lowest = Math.min(...finalLosses);
const budgets = options.budgets.split(',').map(Number);
const DECAY = 0.2;
const reduction = 3;
/** Every key is searched by the places of its values, which is what Optuna gets too. */
const space = searchSpace(grid.map(({ key, values }) => `${key}=integer(0,${values.length - 1})`));

/** @type {Readonly<Record<string, Method>>} */
const methods = {
  tune: (settings, trials) => nextJob(settings, trials, []),
  'random with halving': (settings, trials) =>
    promotion(settings, trials, [], { strength: () => 0, expected: undefined }) ?? randomJob(settings, trials),
  random: (settings, trials) => {
    const [before] = trials.slice(-1);
    if (!before || before.results.length > last) return randomJob(settings, trials);
    return { trial: before.number, point: before.point, rung: before.results.length };
  },
};

/** @type {Method} */
function randomJob({ seed }, trials) {
  const random = createRandom(seed, 1 + trials.length);
  return { trial: trials.length, point: space.map(() => random.uniform()), rung: 0 };
}

/** @param {readonly number[]} point */
function configAt(point) {
  return changesAt(space, point).reduce(
    (index, change, i) => index * (grid[i]?.values.length ?? 0) + Number(change.split('=')[1]),
    0,
  );
}

/**
 * @param {Method} method
 * @param {number} seed
 * @param {boolean} whole whether every candidate is trained to the end, without the cost of rungs in between
 * @returns {number[]} the regret at each budget
 */
function search(method, seed, whole) {
  /** @type {Trial[]} */
  let trials = [];
  let spent = 0;
  /** @type {number[]} */
  const regrets = [];
  for (const budget of budgets) {
    for (;;) {
      const job = method({ space, rungs, reduction, seed }, trials);
      const before = job.rung === 0 ? 0 : (rungs[job.rung - 1] ?? 0) * (whole ? 1 : 1 - DECAY);
      const cost = (rungs[job.rung] ?? 0) - before;
      if (spent + cost > budget * (rungs[last] ?? 0)) break;
      spent += cost;
      const result = { rung: job.rung, loss: losses[configAt(job.point)]?.[job.rung] ?? Number.POSITIVE_INFINITY };
      const known = trials.find(({ number }) => number === job.trial) ?? { number: job.trial, point: job.point, results: [] };
      trials = [...trials.filter((one) => one !== known), { ...known, results: [...known.results, result] }];
    }
    regrets.push((finalLosses[configAt(recommended(trials))] ?? 0) - lowest);
  }
  return regrets;
}

/** @param {readonly Trial[]} trials */
function recommended(trials) {
  const highest = Math.max(...trials.map(({ results }) => results.length));
  const loss = (/** @type {Trial} */ { results }) => results[highest - 1]?.loss ?? Number.POSITIVE_INFINITY;
  const reached = trials.filter(({ results }) => results.length === highest);
  return reached.reduce((best, one) => (loss(one) < loss(best) ? one : best)).point;
}

const seeds = Array.from({ length: Number(options.searches) }, (_, i) => i + 1);
/** @type {Record<string, number[][]>} regrets of each search at each budget */
const regrets = {};
for (const name of options.methods?.split(',') ?? Object.keys(methods)) {
  const method = methods[name];
  if (!method) throw new Error(`no method is called ${name}`);
  regrets[name] = seeds.map((seed) => search(method, seed, name === 'random'));
  console.error(`${name}: done`);
}
for (const path of options.peers.split(',').filter((one) => one !== '')) {
  const peer = JSON.parse(readFileSync(path, 'utf8'));
  for (const [name, recommendations] of Object.entries(peer.recommended[options.seed] ?? {})) {
    regrets[name] = recommendations
      .slice(0, seeds.length)
      .map((/** @type {number[]} */ places) =>
        budgets.map((budget) => (finalLosses[places[peer.budgets.indexOf(budget)] ?? -1] ?? 99) - lowest),
      );
  }
}
const rows = Object.entries(regrets).map(([name, all]) => [
  name,
  ...budgets.map((_, i) => {
    const values = all.map((one) => Math.min(one[i] ?? 0, 10));
    const middle = mean(values);
    const spread = Math.sqrt(
      values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1) / values.length,
    );
    return `${middle.toFixed(4)} ± ${spread.toFixed(4)}`;
  }),
]);
console.log(markdownTable(['method', ...budgets.map((budget) => `${budget} trainings`)], rows));
if (options.output)
  writeFileSync(
    options.output,
    `${JSON.stringify({ machine: describeMachine(), budgets, seed: Number(options.seed), regrets })}\n`,
  );
