/**
 * The speed of evaluating: Textloom's exact one-stream perplexity beside PyTorch's forward pass under no_grad, in turns.
 *
 * usage: npm run build && node bench/evaluation.mjs [--sizes charrnn,ptb-small] [--rounds N] [--seconds S] [--python COMMAND] [--output FILE]
 *
 * PyTorch may choose its batch, window, threads and kernels at each size; streams side by side are not exact, and counted all the same.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { detectPyTorch, fastest, pytorchSettings, textloomOnnxRuntime } from './contestants.mjs';
import { describeMachine } from './machine.mjs';
import { interleave } from './measurement.mjs';
import { summarize, table } from './report.mjs';

/** @import { Contestant, Task } from './measurement.mjs' */

const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: 'charrnn,ptb-small' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    python: { type: 'string' },
    output: { type: 'string' },
  },
});
/** @param {string} path relative to this folder */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** @type {Task} */
const task = { seconds: Number(options.seconds), cell: 'LSTM', inference: false };
const machine = describeMachine();
const python = detectPyTorch(options.python ? [options.python] : ['python3', '/usr/bin/python3']);
const settings = python ? pytorchSettings(python, { avx512: machine.avx512, training: false }) : [];

/** @type {(name: string, ...args: string[]) => Contestant} */
const own = (name, ...args) => ({ name, command: process.execPath, args: [here('textloom-evaluation.mjs'), ...args], env: {} });
const ours = [
  own('textloom'),
  own('textloom-in-order', '--in-order'),
  ...(textloomOnnxRuntime() ? [own('textloom-onnxruntime', '--engine', 'onnxruntime')] : []),
];

/** @type {Record<string, Record<string, number[]>>} */
const results = {};
/** @type {Record<string, import('./report.mjs').Summary[]>} */
const summaries = {};
for (const size of options.sizes.split(',')) {
  const evaluations = settings.map((setting) => ({
    ...setting,
    args: setting.args.map((argument) => argument.replace('pytorch_step.py', 'pytorch_evaluation.py')),
  }));
  const pytorch = evaluations.length > 0 ? [await fastest(evaluations, size, task)] : [];
  const figures = await interleave([...pytorch, ...ours], size, Number(options.rounds), task, (name, speed, round) =>
    process.stderr.write(`${size}, round ${round}: ${name} ${Math.round(speed)} tokens/s\n`),
  );
  results[size] = figures;
  summaries[size] = summarize(figures, 'textloom');
}
console.log(table(summaries, 'textloom'));
const record = { date: new Date().toISOString(), machine, pytorch: python?.version ?? null, task, results, summaries };
if (options.output) writeFileSync(options.output, `${JSON.stringify(record, null, 2)}\n`);
