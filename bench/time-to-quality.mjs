/**
 * Minutes until a validation loss is reached, of Textloom's engines and of PyTorch with the same recipe, one after the other.
 *
 * usage: npm run build && node bench/time-to-quality.mjs TEXT [--config FILE] [--set KEY=VALUE ...] [--loss NATS] [--contestants a,b]
 *                                                            [--python COMMAND ...] [--threads N] [--output FILE]
 *
 * The recipe is that of the config: an LSTM of characters with Adam, a cosine schedule and clipping by norm. Each contestant trains all
 * epochs and validates after each; the time is that of the whole training until a validation is at most the loss, compiling included,
 * reading and encoding the text not.
 */
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadConfig } from '../dist/index.js';
import { detectPyTorch } from './contestants.mjs';
import { describeMachine } from './machine.mjs';
import { markdownTable } from './report.mjs';
import { setFlags } from './textloom-command.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    config: { type: 'string', default: fileURLToPath(new URL('../configs/shakespeare-best.yaml', import.meta.url)) },
    set: { type: 'string', multiple: true, default: [] },
    loss: { type: 'string', default: '1.5' },
    contestants: { type: 'string', default: 'pytorch,onnxruntime,typed-array' },
    python: { type: 'string', multiple: true, default: ['python3'] },
    threads: { type: 'string', default: '2' },
    output: { type: 'string' },
  },
});
const [text] = positionals;
if (text === undefined) {
  console.error('usage: node bench/time-to-quality.mjs TEXT ...');
  process.exit(2);
}

/** @typedef {{ epoch: number, loss: number, seconds: number }} Validation seconds since the training began */

const changes = [`corpus.path=${resolve(text)}`, ...options.set];
const recipe = recipeOf(loadConfig(options.config, { set: changes }));
const rows = [];
for (const contestant of options.contestants.split(',')) {
  if (contestant !== 'pytorch') rows.push(await compare(contestant, ourCommand(contestant)));
  else
    for (const name of options.python) {
      const python = detectPyTorch([name]);
      if (python) rows.push(await compare(`pytorch ${python.version}`, theirCommand(python)));
      else console.error(`${name}: no torch, left out`);
    }
}
console.log(markdownTable(['', `minutes to ${options.loss}`, 'epoch', 'minutes of all epochs', 'last validation'], rows));

/**
 * @param {string} name
 * @param {string[]} command
 * @returns {Promise<string[]>} a row of the table
 */
async function compare(name, [program = '', ...args]) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  /** @type {Validation[]} */
  const validations = [];
  let begin = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line);
    if (event.type === 'start') begin = performance.now();
    if (event.type !== undefined && event.type !== 'validation') continue;
    const { epoch, loss, seconds = (performance.now() - begin) / 1000 } = event;
    validations.push({ epoch, loss, seconds });
    console.error(`${name}: epoch ${epoch}, ${loss.toFixed(4)} after ${(seconds / 60).toFixed(2)} minutes`);
  }
  if (options.output)
    appendFileSync(options.output, `${JSON.stringify({ name, machine: describeMachine(), recipe, validations })}\n`);
  const reached = validations.find(({ loss }) => loss <= Number(options.loss));
  const last = validations.at(-1);
  if (!last) throw new Error(`${name} ended without a validation`);
  const minutes = (/** @type {Validation | undefined} */ of) => (of ? (of.seconds / 60).toFixed(1) : 'not reached');
  return [name, minutes(reached), reached ? String(reached.epoch) : '', minutes(last), last.loss.toFixed(4)];
}

/** @param {string} engine */
function ourCommand(engine) {
  const bin = fileURLToPath(new URL('../bin/textloom.js', import.meta.url));
  const run = ['train', options.config, '--json', '--overwrite', '--output', join(tmpdir(), 'textloom-time-to-quality')];
  const set = setFlags([...changes, 'training.validation.everyEpochs=1', `engine.type=${engine}`]);
  return [process.execPath, bin, ...run, ...set, '--threads', options.threads];
}

/** @param {{ command: string, version: string }} python */
function theirCommand({ command, version }) {
  const script = fileURLToPath(new URL('peers/pytorch_training.py', import.meta.url));
  const fused = Number.parseInt(version, 10) >= 2 ? ['--fused'] : [];
  return [command, script, resolve(String(text)), JSON.stringify(recipe), '--threads', options.threads, ...fused];
}

/**
 * What the PyTorch program needs of a config. Throws for a config that it cannot follow.
 *
 * @param {import('../src/config/types.js').ResolvedConfig} config
 */
function recipeOf(config) {
  const { model, training, corpus, seed } = config;
  const { embedding, layers } = /** @type {any} */ (model);
  const { optimizer, schedule, clipping } = /** @type {any} */ (training);
  const sizes = new Set(layers.map((/** @type {any} */ { type, size }) => `${type} ${size}`));
  const kinds = [optimizer.type, schedule.type, clipping.type, ...sizes, model.initialization.type].join();
  const hiddenSize = layers[0].size;
  if (kinds !== `adam,cosine,norm,lstm ${hiddenSize},pytorch`)
    throw new Error(`the PyTorch program trains LSTMs with adam,cosine,norm,pytorch, and not ${kinds}`);
  return {
    embeddingSize: embedding.size,
    hiddenSize,
    layers: layers.length,
    dropout: embedding.dropout.input ?? embedding.dropout,
    batchSize: training.batchSize,
    sequenceLength: training.sequenceLength,
    epochs: training.epochs,
    learningRate: optimizer.learningRate,
    warmupSteps: schedule.warmupSteps,
    clippingThreshold: clipping.threshold,
    trainingShare: /** @type {any} */ (corpus).split.train,
    seed,
  };
}
