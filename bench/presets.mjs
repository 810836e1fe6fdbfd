/**
 * Whether the presets of `textloom init` are good choices for a text: each beside other settings, in equal time.
 *
 * usage: npm run build && node bench/presets.mjs TEXT [--presets word,bpe] [--budget 10m] [--seed N] [--output FILE]
 *
 * Writes the config of each preset of preset-candidates.mjs by the real `init`, trains it with the changes of each candidate for the time of
 * the budget, and evaluates the best model on the validation text, read as one stream. Losses are in bits per character, so that they can be
 * compared between tokenizers, except for words: of an unknown word nothing is spelled; the table has the share of them. The steps of a run
 * follow from the speed measured here, so use an idle machine. Each training takes the budget; the JSON file in bench/results/ has the steps.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from './machine.mjs';
import { candidates } from './preset-candidates.mjs';
import { markdownTable } from './report.mjs';
import { textloom } from './textloom-command.mjs';

/**
 * @typedef {object} Result
 * @property {string} preset
 * @property {string} name of the candidate
 * @property {number} steps
 * @property {number} bitsPerCharacter of the validation text
 * @property {number} unknown share of its tokens
 */

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    presets: { type: 'string' },
    budget: { type: 'string', default: '10m' },
    seed: { type: 'string', default: '1' },
    output: { type: 'string' },
  },
});
const { budget, seed } = options;
const [text] = positionals;
if (text === undefined || positionals.length > 1) throw new Error('usage: node bench/presets.mjs TEXT [--presets word,bpe]');
const known = [...new Set(candidates.map(({ preset }) => preset))];
const presets = options.presets?.split(',') ?? known;
const unknown = presets.filter((name) => !known.some((preset) => preset === name));
if (unknown.length > 0) throw new Error(`there are no candidates for ${unknown.join(', ')}, but for ${known.join(', ')}`);

const machine = describeMachine();
const folder = mkdtempSync(join(tmpdir(), 'textloom-presets-'));
/** @type {Result[]} */
const results = [];
try {
  for (const candidate of candidates.filter(({ preset }) => presets.includes(preset))) {
    const result = measure(candidate, resolve(text));
    results.push(result);
    console.error(`${result.preset}, ${result.name}: ${result.bitsPerCharacter.toFixed(4)} bits per character`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const output = options.output ?? fileURLToPath(new URL(`results/presets-${machine.commit}.json`, import.meta.url));
mkdirSync(dirname(output), { recursive: true });
writeFileSync(output, `${JSON.stringify({ date: new Date().toISOString(), machine, text, budget, seed, results }, null, 2)}\n`);
console.log(table());
console.log(`\nwritten to ${output}`);

/**
 * @param {import('./preset-candidates.mjs').Candidate} candidate
 * @param {string} corpus
 * @returns {Result}
 */
function measure({ preset, name, changes }, corpus) {
  textloom(['init', folder, '--corpus', corpus, '--preset', preset, '--name', preset, '--time', 'none', '--yes', '--force']);
  const directory = join(folder, `run-${results.length}`);
  const set = [`seed=${seed}`, ...changes].flatMap((change) => ['--set', change]);
  const { stdout: events } = textloom([
    'train',
    join(folder, `${preset}.yaml`),
    '--json',
    '--budget',
    budget,
    '--output',
    directory,
    ...set,
  ]);
  const evaluation = JSON.parse(textloom(['evaluate', directory, '--split', 'validation', '--json']).stdout);
  const { bitsPerCharacter, tokens, unknownTokens = 0 } = evaluation;
  const { step: steps } = JSON.parse(events.trimEnd().split('\n').at(-1) ?? '');
  return { preset, name, steps, bitsPerCharacter, unknown: unknownTokens / tokens };
}

/** @returns {string} */
function table() {
  const header = ['preset', 'candidate', 'steps', 'bits per character', 'unknown tokens'];
  const rows = results.map(({ preset, name, steps, bitsPerCharacter, unknown: share }) => [
    preset,
    name,
    String(steps),
    bitsPerCharacter.toFixed(4),
    `${(100 * share).toFixed(1)}%`,
  ]);
  return markdownTable(header, rows, () => true);
}
