/**
 * The speed benchmark: Textloom beside its peers, in turns, at the sizes of sizes.json.
 *
 * usage: node bench/run.mjs [--sizes a,b] [--contestants a,b] [--rounds N] [--seconds S] [--cell LSTM|GRU] [--inference]
 *                           [--python COMMAND ...] [--output FILE]
 *
 * A peer that is not installed is left out, and a line says so. PyTorch's best settings are looked for at each size first; with several
 * --python, each version is a peer.
 * Prints a table and writes everything, each round included, to a JSON file after every size (in bench/results/, named after the
 * commit, unless told).
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { detectPyTorch, fastest, pytorchSettings, textloom, textloomOnnxRuntime, tfjs } from './contestants.mjs';
import { describeMachine } from './machine.mjs';
import { interleave } from './measurement.mjs';
import { summarize, table } from './report.mjs';

/** @import { Contestant, Task } from './measurement.mjs' */

const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: 'charrnn,tiny512,ptb-small,ptb-medium,wide1024' },
    contestants: { type: 'string', default: 'pytorch,textloom,textloom-onnxruntime,tfjs' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    cell: { type: 'string', default: 'LSTM' },
    inference: { type: 'boolean', default: false },
    python: { type: 'string', multiple: true },
    output: { type: 'string' },
  },
});

const known = Object.keys(JSON.parse(readFileSync(new URL('sizes.json', import.meta.url), 'utf8')));
const sizes = options.sizes.split(',');
const wanted = options.contestants.split(',');
const rounds = Number(options.rounds);
/** @type {Task} */
const task = { seconds: Number(options.seconds), cell: options.cell === 'GRU' ? 'GRU' : 'LSTM', inference: options.inference };
checkOptions();

const machine = describeMachine();
const { avx512 } = machine;
const training = !task.inference;
const pythons = wanted.includes('pytorch') ? findPyTorch() : [];
const onnxruntime = wanted.includes('textloom-onnxruntime') ? textloomOnnxRuntime() : undefined;
if (wanted.includes('textloom-onnxruntime') && !onnxruntime)
  note('textloom-onnxruntime: onnxruntime-node is not installed, left out');
const peers = wanted.includes('tfjs') ? tfjsContestants() : [];

const date = new Date().toISOString();
const variant = `${task.cell === 'LSTM' ? '' : `-${task.cell}`}${task.inference ? '-inference' : ''}`;
const output = options.output ?? fileURLToPath(new URL(`results/${machine.commit}${variant}.json`, import.meta.url));
mkdirSync(dirname(output), { recursive: true });

/** @type {Record<string, { settings: Record<string, Pick<Contestant, 'args' | 'env'>>, figures: Record<string, number[]> }>} */
const results = {};
/** @type {Record<string, import('./report.mjs').Summary[]>} */
const summaries = {};
for (const size of sizes) {
  const pytorch = [];
  for (const python of pythons) pytorch.push(await fastest(pytorchSettings(python, { avx512, training }), size, task));
  for (const { name, env, args } of pytorch)
    note(`${size}: ${name} is fastest with ${JSON.stringify(env)} ${args.slice(1).join(' ')}`);
  const contestants = [...pytorch, wanted.includes('textloom') ? textloom() : undefined, onnxruntime, ...peers].filter(
    /** @returns {contestant is Contestant} */
    (contestant) => contestant !== undefined && (contestant.sizes?.includes(size) ?? true),
  );
  const figures = await interleave(contestants, size, rounds, task, (name, tokensPerSecond, round) =>
    note(`${size}, round ${round}: ${name} ${Math.round(tokensPerSecond)} tokens/s`),
  );
  const settings = Object.fromEntries(pytorch.map(({ name, env, args }) => [name, { args: args.slice(1), env }]));
  results[size] = { settings, figures };
  summaries[size] = summarize(figures, 'textloom');
  const record = { date, machine, task, results, summaries };
  writeFileSync(output, `${JSON.stringify(record, null, 2)}\n`);
}

console.log(table(summaries, 'textloom'));
note(`written to ${output}`);

/** @param {string} line progress, kept apart from the table */
function note(line) {
  process.stderr.write(`${line}\n`);
}

/** The given Python commands, or the first usual one, that have torch. */
function findPyTorch() {
  const candidates = options.python?.map((command) => [command]) ?? [['python3', '/usr/bin/python3']];
  return candidates.flatMap((commands) => {
    const python = detectPyTorch(commands);
    if (!python) note(`pytorch: no torch in ${commands.join(' or ')}, left out`);
    return python ?? [];
  });
}

function tfjsContestants() {
  if (task.cell !== 'LSTM' || task.inference) {
    note('tfjs: measured for LSTM training only, left out');
    return [];
  }
  const found = tfjs();
  if (!found) note('tfjs: not installed (npm --prefix bench ci), left out');
  return found ?? [];
}

/** Ends with one line and exit code 2 on an option that cannot be followed. */
function checkOptions() {
  const problem = [
    ...sizes.filter((size) => !known.includes(size)).map((size) => `--sizes ${size}: known are ${known.join(', ')}`),
    ...wanted
      .filter((name) => !['pytorch', 'textloom', 'textloom-onnxruntime', 'tfjs'].includes(name))
      .map((name) => `--contestants ${name}: known are pytorch, textloom, textloom-onnxruntime, tfjs`),
    ...(['LSTM', 'GRU'].includes(options.cell) ? [] : [`--cell ${options.cell}: known are LSTM, GRU`]),
    ...(Number.isInteger(rounds) && rounds > 0 ? [] : [`--rounds ${options.rounds}: a whole number above 0`]),
    ...(task.seconds > 0 ? [] : [`--seconds ${options.seconds}: a number above 0`]),
  ][0];
  if (problem === undefined) return;
  note(problem);
  process.exit(2);
}
