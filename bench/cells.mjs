/**
 * Which kind of model learns most in equal time: every cell, attention and a Transformer, with equal parameters.
 *
 * usage: npm run build && node bench/cells.mjs [--texts fables,shakespeare=FILE,ptb=FOLDER] [--kinds lstm,sru] [--minutes 5]
 *        [--parameters 1000000] [--rates 0.001,0.003,0.01] [--seeds 1] [--output FILE] [--plans FILE] [--only-plan]
 *
 * First the speed of each kind on each text is measured, with all cores and the engine that is faster, and with it the steps that fit into the
 * time: use an idle machine, about 20 seconds for each. Then each learning rate is tried for a tenth of these steps, and the one with the
 * lowest validation loss is trained for all of them, by the real command; nothing of it depends on how busy the machine is. The numbers of
 * parameters differ by a few percent. Texts are read by characters, those of `ptb` (a folder with ptb.train.txt, ptb.valid.txt and
 * ptb.test.txt) by words. Each plan and each outcome is appended to a file (JSON lines; default in bench/results/, named after the commit);
 * what is there already is not measured or trained again, so that a stopped run goes on. Prints a Markdown table for each text. With the
 * defaults, a text takes about 2 hours. --only-plan ends before the trainings.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fittingSize, kinds, tables } from './cell-models.mjs';
import { describeMachine } from './machine.mjs';
import { openOutcomes } from './outcomes.mjs';
import { corpusChanges, setFlags, textloom, trainWith } from './textloom-command.mjs';

/** @typedef {import('./cell-models.mjs').Outcome} Outcome */
/** @typedef {import('./cell-models.mjs').Plan} Plan */

const TRIAL = 0.1;

const { values: options } = parseArgs({
  options: {
    texts: { type: 'string', default: 'fables' },
    kinds: { type: 'string' },
    minutes: { type: 'string', default: '5' },
    parameters: { type: 'string', default: '1000000' },
    rates: { type: 'string', default: '0.001,0.003,0.01' },
    seeds: { type: 'string', default: '1' },
    output: { type: 'string' },
    plans: { type: 'string' },
    'only-plan': { type: 'boolean', default: false },
  },
});
const seconds = 60 * Number(options.minutes);
const rates = options.rates.split(',').map(Number);
const names = options.kinds?.split(',') ?? kinds.map(({ name }) => name);
const unknown = names.filter((name) => !kinds.some((kind) => kind.name === name));
if (unknown.length > 0)
  throw new Error(`no kind is called ${unknown.join(', ')}; there are ${kinds.map(({ name }) => name).join(', ')}`);

const config = fileURLToPath(new URL('cells.yaml', import.meta.url));
const machine = describeMachine();
/** @type {import('./outcomes.mjs').Outcomes<Outcome>} */
const { path, outcomes, add } = openOutcomes('cells', machine.commit, options.output);
/** @type {import('./outcomes.mjs').Outcomes<Plan>} */
const plans = openOutcomes('cells-plans', machine.commit, options.plans);
const texts = options.texts.split(',');
for (const text of texts) planAll(text);
if (options['only-plan']) console.log(`written to ${plans.path}`);
else {
  const folder = mkdtempSync(join(tmpdir(), 'textloom-cells-'));
  try {
    for (const text of texts)
      for (const name of names)
        for (const seed of options.seeds.split(',').map(Number)) compare(text, name, seed, join(folder, 'run'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(tables(outcomes));
  console.log(`\nwritten to ${path}`);
}

/** @param {string} given */
function textOf(given) {
  return String(given.split('=')[0]);
}

/**
 * Measures the kinds on a text, unless that is done already.
 *
 * @param {string} given `fables`, or a name and a path
 */
function planAll(given) {
  const [text, corpus] = [textOf(given), corpusChanges(given)];
  const missing = names.filter((name) => planOf(text, name) === undefined);
  if (missing.length === 0) return;
  const { vocabularySize } = dryRun(corpus);
  for (const name of missing) {
    const kind = /** @type {import('./cell-models.mjs').Kind} */ (kinds.find((one) => one.name === name));
    const { size, parameters } = fittingSize(kind, Number(options.parameters), vocabularySize);
    const model = `model=${JSON.stringify(kind.model(size))}`;
    const { engine, memory, steps } = dryRun([...corpus, model], ['--budget', `${seconds}s`]);
    const section = engine.startsWith('onnxruntime') ? 'onnxruntime' : engine;
    plans.add({ text, kind: name, size, parameters, model, engine: section, steps, seconds, memory: memory.process });
    console.error(`${text}, ${name}: ${steps} steps of ${engine}`);
  }
}

/** @param {string} text @param {string} name @returns {Plan | undefined} */
function planOf(text, name) {
  return plans.outcomes.find((one) => one.text === text && one.kind === name && one.seconds === seconds);
}

/** @param {readonly string[]} changes @param {readonly string[]} flags */
function dryRun(changes, flags = []) {
  return JSON.parse(textloom(['train', config, '--dry-run', '--json', ...flags, ...setFlags(changes)]).stdout);
}

/**
 * Trains one kind on one text, unless that is done already.
 *
 * @param {string} given `fables`, or a name and a path
 * @param {string} name
 * @param {number} seed
 * @param {string} run the directory of a training
 */
function compare(given, name, seed, run) {
  const text = textOf(given);
  if (outcomes.some((one) => one.text === text && one.kind === name && one.seed === seed)) return;
  const { model, steps, ...plan } = /** @type {Plan} */ (planOf(text, name));
  const changes = [...corpusChanges(given), model, `seed=${seed}`, `engine.type=${plan.engine}`];
  const trainFor = (/** @type {number} */ count, /** @type {readonly string[]} */ more) =>
    trainWith(config, [...more, `training.steps=${count}`], run);
  const trials = rates.map((rate) => ({
    rate,
    ...trainFor(Math.ceil(TRIAL * steps), [...changes, `training.optimizer.learningRate=${rate}`]),
  }));
  const worth = (/** @type {{ validation: number | null }} */ { validation }) => validation ?? Number.POSITIVE_INFINITY;
  trials.sort((a, b) => worth(a) - worth(b));
  const rate = /** @type {{ rate: number }} */ (trials[0]).rate;
  const chosen = [...changes, `training.optimizer.learningRate=${rate}`];
  const result = trainFor(steps, chosen);
  const outcome = { ...plan, seed, rate, ...result, machine };
  add(outcome);
  console.error(`${text}, ${name}, seed ${seed}: test loss ${outcome.test?.toFixed(4) ?? 'none: it diverged'}, rate ${rate}`);
}
