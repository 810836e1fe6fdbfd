/**
 * What each technique buys that makes recurrent networks trainable: an Elman network, and one thing more in each row.
 *
 * usage: npm run build && node bench/ablation.mjs [--quick] [--seeds 1,2,3] [--rows 0,1,2] [--jobs N] [--output FILE]
 *
 * Trains the config of ablation.yaml with the changes of ablation-rows.mjs on the beginning of corpora/fables.txt, by the real command.
 * The length of each training is a number of steps, so that the losses are the same on every machine. As many trainings as there are cores
 * run at once, each on one thread; `--quick` makes a tenth of the steps with one seed, or `--steps N`. Prints a Markdown table; every training goes to a
 * JSON file too (in bench/results/, named after the commit, unless `--output` names another). Takes about 15 minutes on two idle cores.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { changesUpTo, rows, table } from './ablation-rows.mjs';
import { describeMachine } from './machine.mjs';

/** The beginning of the fables that is split into training, validation and test text. */
const CHARACTERS = 200_000;
/** Steps of a training, and of a short trial. */
const STEPS = 4410;
const QUICK_STEPS = STEPS / 10;
/** Exit code of a training whose loss was no number. */
const DIVERGED = 5;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    steps: { type: 'string' },
    seeds: { type: 'string' },
    rows: { type: 'string' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    output: { type: 'string' },
  },
});

/** @param {string} list */
const integers = (list) => list.split(',').map(Number);
const seeds = integers(options.seeds ?? (options.quick ? '1' : '1,2,3'));
const chosen = options.rows === undefined ? rows.map((_, row) => row) : integers(options.rows);
const steps = Number(options.steps ?? (options.quick ? QUICK_STEPS : STEPS));
const unknown = chosen.filter((row) => rows[row] === undefined);
if (unknown.length > 0) throw new Error(`there is no row ${unknown.join(', ')}; the rows are 0 to ${rows.length - 1}`);

const root = fileURLToPath(new URL('..', import.meta.url));
const machine = describeMachine();
const folder = mkdtempSync(join(tmpdir(), 'textloom-ablation-'));
const corpus = join(folder, 'fables.txt');
const waiting = chosen.flatMap((row) => seeds.map((seed) => ({ row, seed })));
/** @type {import('./ablation-rows.mjs').Outcome[]} */
const outcomes = [];
try {
  const fables = readFileSync(join(root, 'corpora/fables.txt'), 'utf8').slice(0, CHARACTERS);
  // The last fable is cut off, and left out.
  writeFileSync(corpus, fables.slice(0, fables.lastIndexOf('\n\n') + 1));
  await Promise.all(Array.from({ length: Number(options.jobs) }, trainWaiting));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const output = options.output ?? fileURLToPath(new URL(`results/ablation-${machine.commit}.json`, import.meta.url));
mkdirSync(dirname(output), { recursive: true });
writeFileSync(output, `${JSON.stringify({ date: new Date().toISOString(), machine, steps, rows, outcomes }, null, 2)}\n`);
console.log(table(outcomes));
console.log(`\nwritten to ${output}`);

/** Trains what is left to train, one after the other. */
async function trainWaiting() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { row, seed } = next;
    const outcome = await train(row, seed);
    outcomes.push(outcome);
    const { validation, test, seconds } = outcome;
    const losses = test === null ? 'diverged' : `validation ${validation?.toFixed(4)}, test ${test.toFixed(4)}`;
    console.error(`${rows[row]?.name}, seed ${seed}: ${losses}, ${Math.round(seconds)} s`);
  }
}

/**
 * @param {number} row
 * @param {number} seed
 * @returns {Promise<import('./ablation-rows.mjs').Outcome>}
 */
async function train(row, seed) {
  const changes = [`corpus.path=${corpus}`, `seed=${seed}`, `training.steps=${steps}`, ...changesUpTo(row)];
  const run = join(folder, `${row}-${seed}`);
  const config = join(root, 'bench/ablation.yaml');
  const args = ['train', config, '--json', '--output', run, ...changes.flatMap((change) => ['--set', change])];
  const begin = performance.now();
  const { status, stdout, stderr } = await finished([join(root, 'bin/textloom.js'), ...args]);
  const seconds = (performance.now() - begin) / 1000;
  if (status === DIVERGED) return { row, seed, validation: null, test: null, seconds };
  if (status !== 0) throw new Error(`${rows[row]?.name}, seed ${seed}: training ended with ${status}: ${stderr}`);
  const { bestValidationLoss, testLoss } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  return { row, seed, validation: bestValidationLoss, test: testLoss, seconds };
}

/**
 * @param {string[]} args of node
 * @returns {Promise<{ status: number | null, stdout: string, stderr: string }>}
 */
function finished(args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}
