/**
 * How far each kind of model carries what it read: copying at a distance and adding at a distance, from the formal corpora.
 *
 * usage: npm run build && node bench/long-memory.mjs [--tasks copy,adding] [--kinds lstm,qrnn] [--seeds 1] [--threads 1] [--output FILE]
 *
 * Every kind has two layers of 64 units, a feed-forward layer after them, and chrono initialization where it has forget gates; the same lines,
 * steps and learning rates. Each line is a sequence of its own.
 *
 * copy: ten of four letters, a number of dots, and the letters again. A model is trained for each distance. The result is its loss above the
 * exact entropy of the text.
 *
 * adding: digits below 4 in two halves, one marked in each half, and the sum of these two modulo 4. The task is
 * hard to find in long texts, so each kind begins with halves of three digits and goes on with longer ones, from the model before. The result is
 * the longest text whose answers it still gives: their loss is below 2% of that of guessing, ln 4. A kind stops at the first length that it does not solve.
 *
 * Outcomes are appended to the output (JSON lines; default in bench/results/, named after the commit); what is there already is not trained
 * again. Prints a Markdown table for each task.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cells } from '../dist/model/cells/index.js';
import { parameterTable } from '../dist/model/parameter-table.js';
import { modelOptions } from '../dist/model/specification.js';
import { describeMachine } from './machine.mjs';
import { openOutcomes } from './outcomes.mjs';
import { markdownTable, mean } from './report.mjs';
import { textloom, trainWith } from './textloom-command.mjs';

const SIZE = 64;
const RATE = 0.003;
const SOLVED = 0.02;
const LETTERS = 10;
const copying = { steps: 1000, batchSize: 16, distances: [10, 50, 200] };
/** Digits in each half, and the steps at this length. */
const lessons = [3, 5, 8, 13, 20, 32, 50, 80, 120, 160, 200].map((length, i) => ({ length, steps: i === 0 ? 4000 : 300 }));
/** The first lesson has to find the task, if not with one learning rate then with the other; those after it only have to keep it. */
const FIRST_RATES = [0.01, 0.003];
/** Tokens of a step, if that is a whole number of lines, and not too few lines. */
const TOKENS = 6400;

/**
 * @typedef {object} Kind
 * @property {string} name
 * @property {(line: number) => Record<string, unknown>[]} layers for lines of so many characters, which attention sees as a whole
 */

const kinds = /** @type {readonly Kind[]} */ ([
  ...cells.map(({ type }) => ({ name: type, layers: () => [type, type].map((type) => ({ type, size: SIZE })) })),
  {
    name: 'lstm + attention',
    layers: (line) => [
      { type: 'lstm', size: SIZE },
      { type: 'attention', size: SIZE, window: line },
    ],
  },
  {
    name: 'transformer',
    layers: (line) => [...[1, 2].map(() => ({ type: 'transformer', heads: 4, window: line })), { type: 'normalization' }],
  },
]);

/**
 * What one training came to.
 *
 * @typedef {object} Outcome
 * @property {string} task `copy` or `adding`
 * @property {string} kind
 * @property {number} seed
 * @property {number} distance dots of copy, digits of adding
 * @property {number | null} above loss above the entropy of the text, as a part of it; null where training diverged
 * @property {number | null} answers adding: nats of the answers
 * @property {number} parameters
 * @property {number} seconds
 */

const { values: options } = parseArgs({
  options: {
    tasks: { type: 'string', default: 'copy,adding' },
    kinds: { type: 'string', default: kinds.map(({ name }) => name).join(',') },
    seeds: { type: 'string', default: '1' },
    threads: { type: 'string', default: '1' },
    output: { type: 'string' },
  },
});
const seeds = options.seeds.split(',').map(Number);
const tasks = options.tasks.split(',');
const names = options.kinds.split(',');
const unknown = [
  ...tasks.filter((task) => task !== 'copy' && task !== 'adding'),
  ...names.filter((name) => !kinds.some((kind) => kind.name === name)),
];
if (unknown.length > 0)
  throw new Error(`${unknown.join(', ')}: tasks are copy and adding, kinds are ${kinds.map(({ name }) => name).join(', ')}`);
const config = fileURLToPath(new URL('long-memory.yaml', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'textloom-long-memory-'));
/** @type {import('./outcomes.mjs').Outcomes<Outcome>} */
const { outcomes, add } = openOutcomes('long-memory', describeMachine().commit, options.output);
try {
  for (const seed of seeds)
    for (const kind of kinds.filter(({ name }) => names.includes(name))) {
      if (tasks.includes('copy')) for (const distance of copying.distances) learnToCopy(kind, distance, seed);
      if (tasks.includes('adding')) learnToAdd(kind, seed);
    }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const task of tasks) console.log(`\n${task === 'copy' ? copyTable() : addingTable()}`);

/**
 * @param {Kind} kind
 * @param {number} distance
 * @param {number} seed
 */
function learnToCopy({ name, layers }, distance, seed) {
  if (known('copy', name, distance, seed)) return;
  const line = 2 * LETTERS + distance + 1;
  const { steps, batchSize } = copying;
  const generator = { type: 'copy', length: LETTERS, distance };
  const changes = [`training.batchSize=${batchSize}`, `training.optimizer.learningRate=${RATE}`];
  const { above, seconds, parameters } = train({ layers, generator, line, steps, batchSize, distance, seed, changes });
  record({ task: 'copy', kind: name, seed, distance, above, answers: null, parameters, seconds });
}

/**
 * @param {Kind} kind
 * @param {number} seed
 */
function learnToAdd({ name, layers }, seed) {
  let before = '';
  for (const lesson of lessons) {
    const distance = 2 * lesson.length;
    // A lesson whose outcome is known is trained again if another one follows, which begins with its model.
    const done = known('adding', name, distance, seed);
    if (done && (lesson === lessons.at(-1) || !isSolved(done.answers))) return;
    const rates = before === '' ? FIRST_RATES : [RATE];
    /** @type {ReturnType<typeof addingLesson> | undefined} */
    let result;
    for (const rate of rates) {
      result = addingLesson(layers, lesson, rate, before, seed);
      if (isSolved(result.answers)) break;
    }
    const { above, answers, parameters, seconds, directory } = /** @type {ReturnType<typeof addingLesson>} */ (result);
    if (!done) record({ task: 'adding', kind: name, seed, distance, above, answers, parameters, seconds });
    if (!isSolved(answers)) return;
    before = directory;
  }
}

/**
 * @param {Kind['layers']} layers
 * @param {{ length: number, steps: number }} lesson
 * @param {number} rate
 * @param {string} before run directory of the model to go on with, or nothing
 * @param {number} seed
 */
function addingLesson(layers, { length, steps }, rate, before, seed) {
  const line = 2 * length + '**=0\n'.length;
  const batchSize = Math.min(128, Math.max(16, Math.round(TOKENS / line)));
  const generator = { type: 'adding', length, base: 4 };
  const changes = [
    `training.batchSize=${batchSize}`,
    `training.optimizer.learningRate=${rate}`,
    ...(before === '' ? [] : [`training.from.path=${before}`]),
  ];
  const result = train({ layers, generator, line, steps, batchSize, distance: 2 * length, seed, changes });
  return { ...result, answers: result.above === null ? null : lossOfAnswers(result.directory) };
}

/**
 * @param {{ layers: Kind['layers'], generator: { type: string } & Record<string, string | number>, line: number, steps: number,
 *   batchSize: number, distance: number, seed: number, changes: readonly string[] }} task
 */
function train({ layers, generator, line, steps, batchSize, distance, seed, changes }) {
  const { type, ...parameters } = generator;
  const path = join(folder, `${type}-${distance}-${seed}.txt`);
  const flags = Object.entries(parameters).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const characters = String(Math.ceil(1.05 * steps * batchSize * line));
  textloom([
    'corpus',
    'generate',
    type,
    ...flags,
    '--characters',
    characters,
    '--output',
    path,
    '--overwrite',
    '--seed',
    String(seed),
  ]);
  const model = { embedding: { size: SIZE }, layers: [...layers(line), { type: 'feed-forward', size: SIZE }] };
  const table = parameterTable(modelOptions(model, 16, 'the benchmark'));
  const isGated = table.entries.some(({ forgetGate, updateGate }) => forgetGate ?? updateGate);
  const directory = join(folder, `run-${distance}`);
  const begin = performance.now();
  const { validation, floor } = trainWith(
    config,
    [
      `corpus.path=${path}`,
      `corpus.generator=${JSON.stringify(generator)}`,
      `model=${JSON.stringify({ ...model, initialization: { type: 'pytorch', ...(isGated && { chrono: distance }) } })}`,
      `training.steps=${steps}`,
      `training.sequenceLength=${line + 1}`,
      `engine.threads=${options.threads}`,
      `seed=${seed}`,
      ...changes,
    ],
    directory,
  );
  const seconds = (performance.now() - begin) / 1000;
  return {
    above: validation === null ? null : validation / /** @type {number} */ (floor) - 1,
    seconds,
    parameters: table.count,
    directory,
  };
}

/**
 * The mean nats of the digits after the equals signs of the validation text.
 *
 * @param {string} directory of a run
 */
function lossOfAnswers(directory) {
  const path = join(directory, 'surprisals.jsonl');
  textloom(['evaluate', directory, '--split', 'validation', '--surprisals', path]);
  const tokens = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const answers = tokens.filter((_, i) => i > 0 && tokens[i - 1].token === '=');
  return mean(answers.map(({ nats }) => nats));
}

/**
 * @param {string} task
 * @param {string} kind
 * @param {number} distance
 * @param {number} seed
 */
function known(task, kind, distance, seed) {
  return outcomes.find((one) => one.task === task && one.kind === kind && one.distance === distance && one.seed === seed);
}

/** @param {Outcome} outcome */
function record(outcome) {
  add(outcome);
  const { task, kind, distance, above, answers } = outcome;
  const loss = above === null ? 'diverged' : `${percent(above)} above the entropy`;
  console.error(`${task} ${distance}, ${kind}: ${loss}${answers === null ? '' : `, answers ${answers.toFixed(4)} nats`}`);
}

function copyTable() {
  const rows = rowsOf('copy').map(({ kind, parameters, own }) => {
    const cells = copying.distances.map((distance) => {
      const values = own.filter((one) => one.distance === distance).map(({ above }) => above ?? Number.POSITIVE_INFINITY);
      return values.length === 0 ? '' : percent(mean(values));
    });
    return [kind, parameters, ...cells];
  });
  return markdownTable(['copy', 'parameters', ...copying.distances.map((distance) => `${distance} dots`)], rows);
}

function addingTable() {
  const rows = rowsOf('adding').map(({ kind, parameters, own }) => {
    const solved = (/** @type {number} */ seed) =>
      own.filter((one) => one.seed === seed && isSolved(one.answers)).map(({ distance }) => distance);
    return [kind, parameters, seeds.map((seed) => String(Math.max(0, ...solved(seed)))).join(', ')];
  });
  return markdownTable(['adding', 'parameters', 'digits of the longest solved text'], rows);
}

/** @param {string} task */
function rowsOf(task) {
  return names.map((kind) => {
    const own = outcomes.filter((one) => one.task === task && one.kind === kind && seeds.includes(one.seed));
    return { kind, parameters: (own[0]?.parameters ?? 0).toLocaleString('en'), own };
  });
}

/** @param {number | null} answers nats */
function isSolved(answers) {
  return answers !== null && answers < SOLVED * Math.log(4);
}

/** @param {number} part */
function percent(part) {
  return `${(100 * part).toFixed(1)}%`;
}
