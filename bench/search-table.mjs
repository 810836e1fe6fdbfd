/**
 * Trains every config of a grid and records its losses: the table on which search-regret.mjs compares methods of search.
 *
 * usage: npm run build && node bench/search-table.mjs [--seeds 1,2] [--limit N] [--partial FILE] [--output FILE]
 *
 * The grid is learning rate x dropout x hidden size x weight decay of a character LSTM on the beginning of corpora/fables.txt. Each config is
 * trained at a constant rate. At 80% of each rung a copy of the run is resumed and its rate decays to zero until the end of the rung, as
 * `textloom tune` does it: the table has the annealed validation loss of every rung (null where the training diverged), and the curve of the
 * training at the constant rate. Outcomes are appended to a file of JSON lines first, so that a stopped table goes on where it was; the table is
 * written when all configs are there. Takes about an hour on one core.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { resolveConfig, runTraining, UserError } from '../dist/index.js';
import { describeMachine } from './machine.mjs';
import { openOutcomes } from './outcomes.mjs';
import { combinations, grid, rungs } from './search-grid.mjs';

/**
 * @typedef {object} Outcome
 * @property {number[]} place of each value in its key of the grid
 * @property {number} seed
 * @property {(number | null)[]} losses at the end of each rung, annealed
 * @property {(number | null)[]} curve validation losses of the training at a constant rate, every 36 steps until the last decay
 */

const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2' },
    limit: { type: 'string' },
    partial: { type: 'string', default: fileURLToPath(new URL('results/search-table.jsonl', import.meta.url)) },
    output: { type: 'string', default: fileURLToPath(new URL('results/search-table.json.gz', import.meta.url)) },
  },
});
const seeds = options.seeds.split(',').map(Number);
/** Steps between checkpoints; the decay of each rung begins at a multiple of it. */
const CHECKPOINTS = 12;
/** Steps between validations. */
const INTERVAL = 36;
const DECAY = 0.2;
/** No divisor of the number of configs is one of it: the order of the trainings is mixed, so that an unfinished table has all parts of the grid. */
const STRIDE = 125;
const last = rungs.at(-1) ?? 0;

/** @type {import('./outcomes.mjs').Outcomes<Outcome>} */
const { outcomes, add } = openOutcomes('search-table', describeMachine().commit, options.partial);
const folder = mkdtempSync(join(tmpdir(), 'textloom-search-'));
const text = join(folder, 'text.txt');
const fables = readFileSync(new URL('../corpora/fables.txt', import.meta.url), 'utf8');
writeFileSync(text, fables.slice(0, fables.indexOf('\n', 6600)));
try {
  const missing = seeds
    .flatMap((seed) => combinations.map((_, i) => ({ place: combinations[(i * STRIDE) % combinations.length] ?? [], seed })))
    .filter(({ place, seed }) => !outcomes.some((one) => one.seed === seed && String(one.place) === String(place)));
  for (const { place, seed } of missing.slice(0, Number(options.limit ?? missing.length))) {
    const outcome = await train(place, seed);
    add(outcome);
    console.error(`seed ${seed}, ${place}: ${outcome.losses.map((loss) => loss?.toFixed(3) ?? 'diverged').join(' ')}`);
  }
  if (options.limit === undefined) write();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * @param {readonly number[]} place
 * @param {number} seed
 * @returns {Promise<Outcome>}
 */
async function train(place, seed) {
  const trunk = join(folder, 'trunk');
  rmSync(trunk, { recursive: true, force: true });
  const losses = await session(place, seed, trunk, last, 'new');
  const curve = [];
  for (let step = INTERVAL; step <= last * (1 - DECAY); step += INTERVAL) curve.push(losses.get(step) ?? null);
  const annealed = [];
  for (const rung of rungs.slice(0, -1)) annealed.push(await anneal(place, seed, trunk, rung));
  return { place: [...place], seed, losses: [...annealed, losses.get(last) ?? null], curve };
}

/**
 * The loss after the decay of the rate until the end of a rung.
 *
 * @param {readonly number[]} place
 * @param {number} seed
 * @param {string} trunk
 * @param {number} rung
 */
async function anneal(place, seed, trunk, rung) {
  const step = Math.round(rung * (1 - DECAY));
  const name = `step-${String(step).padStart(8, '0')}.safetensors`;
  const checkpoint = join(trunk, 'checkpoints', name);
  if (!existsSync(checkpoint)) return null;
  const branch = join(folder, 'branch');
  rmSync(branch, { recursive: true, force: true });
  mkdirSync(join(branch, 'checkpoints'), { recursive: true });
  cpSync(checkpoint, join(branch, 'checkpoints', name));
  for (const name of ['metrics.jsonl', 'model.safetensors']) cpSync(join(trunk, name), join(branch, name));
  const losses = await session(place, seed, branch, rung, 'resume');
  return losses.get(rung) ?? null;
}

/**
 * @param {readonly number[]} place
 * @param {number} seed
 * @param {string} directory
 * @param {number} steps
 * @param {'new' | 'resume'} start
 * @returns {Promise<Map<number, number>>} validation losses by step
 */
async function session(place, seed, directory, steps, start) {
  const [learningRate, dropout, hiddenSize, weightDecay] = grid.map(({ values }, i) => Number(values[place[i] ?? 0]));
  const config = resolveConfig(
    /** @type {any} */ ({
      seed,
      corpus: { path: text, split: { train: 0.75, validation: 0.25 } },
      model: { cell: { type: 'lstm' }, layers: 1, hiddenSize, dropout },
      training: {
        steps,
        batchSize: 8,
        sequenceLength: 32,
        optimizer: { type: 'adamw', learningRate, weightDecay },
        schedule: { type: 'warmup-stable-decay', warmupSteps: 5, decayShare: DECAY },
        clipping: { type: 'norm', threshold: 1 },
        validation: { everySteps: INTERVAL },
        checkpoints: { everySteps: CHECKPOINTS, keep: 1000 },
      },
      engine: { type: 'typed-array', shards: 1, threads: 1 },
    }),
  );
  /** @type {Map<number, number>} */
  const losses = new Map();
  try {
    await runTraining({
      config,
      directory,
      start,
      onEvent: (event) => {
        if (event.type === 'validation') losses.set(event.step, Number(event.loss.toFixed(5)));
      },
    });
  } catch (error) {
    if (!(error instanceof UserError && error.kind === 'diverged')) throw error;
  }
  return losses;
}

/** Writes the table, in the order of the grid. */
function write() {
  const { processor, node, commit } = describeMachine();
  const table = {
    machine: { processor, node, commit },
    grid,
    rungs,
    seeds: seeds.map((seed) => ({
      seed,
      configs: combinations.map((place) => {
        const one = outcomes.find((other) => other.seed === seed && String(other.place) === String(place));
        return { losses: one?.losses, curve: one?.curve.map((loss) => loss && Number(loss.toFixed(3))) };
      }),
    })),
  };
  writeFileSync(options.output, gzipSync(JSON.stringify(table), { level: 9 }));
}
