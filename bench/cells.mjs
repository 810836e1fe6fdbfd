/**
 * Which kind of model learns most in equal time: every cell, attention and a Transformer, with equal parameters.
 *
 * usage: npm run build && node bench/cells.mjs [--texts fables,shakespeare=FILE,ptb=FOLDER] [--kinds lstm,sru] [--minutes 5]
 *        [--parameters 1000000] [--rates 0.001,0.003,0.01] [--seeds 1] [--output FILE]
 *
 * For each text and kind: each learning rate is tried for a tenth of the steps, and the one with the lowest validation loss is trained for
 * all of them, by the real command, on all cores and the engine that is faster. The steps are those that fit into the time at the speed
 * measured at the beginning: use an idle machine. The numbers of parameters differ by a few percent. Texts are read by characters, those of
 * `ptb` (a folder with ptb.train.txt, ptb.valid.txt and ptb.test.txt) by words. Each outcome is appended to the output (JSON lines; default
 * in bench/results/, named after the commit); what is there already is not trained again, so that a stopped run goes on. Prints a Markdown
 * table for each text. With the defaults, a text takes about 2 hours.
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
const folder = mkdtempSync(join(tmpdir(), 'textloom-cells-'));
try {
  for (const text of options.texts.split(','))
    for (const name of names) for (const seed of options.seeds.split(',').map(Number)) compare(text, name, seed);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(tables(outcomes));
console.log(`\nwritten to ${path}`);

/**
 * Trains one kind on one text, unless that is done already.
 *
 * @param {string} given `fables`, or a name and a path
 * @param {string} name
 * @param {number} seed
 */
function compare(given, name, seed) {
  const [text = given] = given.split('=');
  if (outcomes.some((one) => one.text === text && one.kind === name && one.seed === seed)) return;
  const kind = /** @type {import('./cell-models.mjs').Kind} */ (kinds.find((one) => one.name === name));
  const corpus = corpusChanges(given);
  const { vocabularySize } = JSON.parse(textloom(['train', config, '--dry-run', '--json', ...setFlags(corpus)]).stdout);
  const { size, parameters } = fittingSize(kind, Number(options.parameters), vocabularySize);
  const settings = [...corpus, `model=${JSON.stringify(kind.model(size))}`, `seed=${seed}`];
  const time = ['--budget', `${seconds}s`];
  const { engine, memory, steps } = JSON.parse(
    textloom(['train', config, '--dry-run', '--json', ...time, ...setFlags(settings)]).stdout,
  );
  const changes = [...settings, `engine.type=${engine.startsWith('onnxruntime') ? 'onnxruntime' : engine}`];
  const trials = rates.map((rate) => ({
    rate,
    ...trainFor(Math.ceil(TRIAL * steps), [...changes, `training.optimizer.learningRate=${rate}`]),
  }));
  const worth = (/** @type {{ validation: number | null }} */ { validation }) => validation ?? Number.POSITIVE_INFINITY;
  trials.sort((a, b) => worth(a) - worth(b));
  const rate = /** @type {{ rate: number }} */ (trials[0]).rate;
  const chosen = [...changes, `training.optimizer.learningRate=${rate}`];
  const result = trainFor(steps, chosen);
  const outcome = {
    text,
    kind: name,
    seed,
    size,
    parameters,
    rate,
    engine,
    ...result,
    seconds,
    memory: memory.process,
    machine,
  };
  add(outcome);
  console.error(`${text}, ${name}, seed ${seed}: test loss ${outcome.test?.toFixed(4) ?? 'none: it diverged'}, rate ${rate}`);
}

/**
 * @param {number} steps
 * @param {readonly string[]} changes
 */
function trainFor(steps, changes) {
  return trainWith(config, [...changes, `training.steps=${steps}`], join(folder, 'run'));
}
