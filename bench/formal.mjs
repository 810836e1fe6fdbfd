/**
 * How near the formal corpora's configs come to the floor that no model can be below.
 *
 * usage: npm run build && node bench/formal.mjs [--configs markov,dyck] [--threads N] [--output FILE]
 *
 * Writes each corpus with the command that stands in its config's comment, in a temporary folder, trains the config there by the
 * real command, and prints a Markdown table; everything goes to a JSON file too (in bench/results/, named after the commit, unless
 * told). The exit code is 1 when a config that should come within 2% does not. Takes a few minutes on two cores.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from './machine.mjs';
import { markdownTable } from './report.mjs';
import { textloom } from './textloom-command.mjs';

/** How far above the floor a config may end. */
const TOLERANCE = 0.02;

/** What a cell cannot do, and is there to show. */
const lessons = ['copy-rnn'];
/** How far above the floor such a one must end, at least, to show it. */
const FAILURE = 0.2;

/**
 * @typedef {object} Result
 * @property {string} config
 * @property {string} cell
 * @property {number} floor nats per character of the validation text, exact
 * @property {number} loss the best on it
 * @property {number} above the loss as a part of the floor, less 1
 * @property {number} seconds of training
 * @property {boolean} expected whether it ended where its config says
 */

const { values: options } = parseArgs({
  options: {
    configs: { type: 'string' },
    threads: { type: 'string' },
    output: { type: 'string' },
  },
});

const root = fileURLToPath(new URL('..', import.meta.url));
/** The names of the configs: all files of a folder, and one outside of it. */
const known = [
  ...readdirSync(join(root, 'configs/formal')).flatMap((name) => /^(.*)\.yaml$/.exec(name)?.slice(1) ?? []),
  'names',
];
const names = options.configs?.split(',') ?? known;
const unknown = names.filter((name) => !known.includes(name));
if (unknown.length > 0) throw new Error(`no config is called ${unknown.join(', ')}; there are ${known.join(', ')}`);

const machine = describeMachine();
const folder = mkdtempSync(join(tmpdir(), 'textloom-formal-'));
/** @type {Result[]} */
const results = [];
try {
  for (const name of names) {
    const result = measure(name);
    results.push(result);
    console.error(`${name}: ${(100 * result.above).toFixed(2)}% above the floor, ${Math.round(result.seconds)} s`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const output = options.output ?? fileURLToPath(new URL(`results/formal-${machine.commit}.json`, import.meta.url));
mkdirSync(dirname(output), { recursive: true });
writeFileSync(output, `${JSON.stringify({ date: new Date().toISOString(), machine, results }, null, 2)}\n`);
console.log(table());
console.log(`\nwritten to ${output}`);
if (results.some(({ expected }) => !expected)) process.exitCode = 1;

/**
 * @param {string} name
 * @returns {Result}
 */
function measure(name) {
  const place = name === 'names' ? name : `formal/${name}`;
  const config = join(root, `configs/${place}.yaml`);
  const corpus = join(folder, `${name}.txt`);
  textloom(['corpus', 'generate', ...generation(config), '--output', corpus]);
  const changes = [`corpus.path=${corpus}`, ...(options.threads ? [`engine.threads=${options.threads}`] : [])];
  const run = join(folder, name);
  const begin = performance.now();
  const { stdout } = textloom(['train', config, '--json', '--output', run, ...changes.flatMap((change) => ['--set', change])]);
  const seconds = (performance.now() - begin) / 1000;
  const end = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  const { validationFloor: floor, bestValidationLoss: loss } = end;
  const above = loss / floor - 1;
  const expected = lessons.includes(name) ? above > FAILURE : above < TOLERANCE;
  return { config: place, cell: cellOf(run), floor, loss, above, seconds, expected };
}

/**
 * The generator and its flags, from the comment of the config or, where it has none, of the one that it builds on.
 *
 * @param {string} path
 * @returns {string[]}
 */
function generation(path) {
  const text = readFileSync(path, 'utf8');
  const [, command] = /^# +textloom corpus generate (.*) --output \S+$/m.exec(text) ?? [];
  if (command) return command.split(' ');
  const [, base] = /^extends: (\S+)/m.exec(text) ?? [];
  if (!base) throw new Error(`${path} does not say how its corpus is generated`);
  return generation(join(dirname(path), base));
}

/**
 * @param {string} directory of a run
 * @returns {string} `lstm`, `gru`, `rnn`
 */
function cellOf(directory) {
  return /^ +cell:\n +type: (\w+)$/m.exec(readFileSync(join(directory, 'config.yaml'), 'utf8'))?.[1] ?? 'unknown';
}

/** @returns {string} */
function table() {
  const header = ['config', 'cell', 'floor', 'reached', 'above the floor', 'seconds'];
  const rows = results.map(({ config, cell, floor, loss, above, seconds }) => [
    config,
    cell,
    floor.toFixed(4),
    loss.toFixed(4),
    `${(100 * above).toFixed(2)}%`,
    String(Math.round(seconds)),
  ]);
  return markdownTable(header, rows, () => true);
}
