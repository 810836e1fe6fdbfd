/**
 * How often the first candidate of fill is the true word: one blank in each of 200 fables that the model was not trained on.
 *
 * usage: npm run build && node bin/textloom.js train configs/fill.yaml && node bench/fill.mjs [--model runs/fill] [--count 200] [--seed 1]
 *
 * The fables are the first ones of the validation and the test split. Blanks are drawn twice from the words of each fable: from those that it
 * mentions again after their first mention, at that mention, and from all of its words. A word is a run of letters that is not among the 30
 * most frequent tokens of the training text (articles, prepositions, punctuation) and is in the vocabulary.
 */
import { parseArgs } from 'node:util';
import { createRandom } from '../dist/foundation/random.js';
import { createTypedArrayEngine, fillBlanks, loadConfig, openModel } from '../dist/index.js';
import { tokenOccurrences, tokenSource } from '../dist/text/batches.js';
import { loadCorpus } from '../dist/text/corpus.js';
import { describeMachine } from './machine.mjs';

const { values: options } = parseArgs({
  options: {
    config: { type: 'string', default: 'configs/fill.yaml' },
    model: { type: 'string', default: 'runs/fill' },
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
});
const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
const model = openModel(options.model, engine);
const { tokenizer } = model;
// As one text in paragraphs, without tokens between documents.
const { documents: _, sequences: __, resetState: ___, cache: ____, ...corpus } = loadConfig(options.config).corpus;
const { train, validation = '', test = '' } = await loadCorpus(corpus);
const counts = tokenOccurrences(tokenSource(tokenizer.encode(train)), tokenizer.vocabulary.size);
const frequent = new Set(
  [...counts.entries()]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 30)
    .map(([id]) => id),
);
const random = createRandom(Number(options.seed));

/** The places of words in a fable. @param {string} fable */
function wordsOf(fable) {
  const words = [...fable.matchAll(/[A-Za-z]{2,}/g)].map(({ 0: word, index }) => ({ word, index, key: word.toLowerCase() }));
  return words.filter(({ key }) => {
    const id = tokenizer.vocabulary.idOf(key);
    return id !== undefined && !frequent.has(id);
  });
}

/** @type {Record<string, (all: ReturnType<typeof wordsOf>) => ReturnType<typeof wordsOf>>} */
const choices = {
  'words that are mentioned again': (all) =>
    all.filter(
      ({ key }, i) => all.findIndex((other) => other.key === key) === i && all.findLastIndex((other) => other.key === key) > i,
    ),
  'all words': (all) => all,
};

const fables = `${validation}\n\n${test}`
  .split(/\n\n+/)
  .map((fable) => fable.trim())
  .filter((fable) => fable !== '');
/** @type {object[]} */
const results = [];
for (const [name, choose] of Object.entries(choices)) {
  const right = { forward: 0, both: 0 };
  let blanks = 0;
  for (const fable of fables) {
    if (blanks === Number(options.count)) break;
    const places = choose(wordsOf(fable));
    const place = places.length > 0 ? places[random.integer(places.length)] : undefined;
    if (place === undefined) continue;
    const { word, index, key } = place;
    const text = `${fable.slice(0, index)}___${fable.slice(index + word.length)}`;
    const best = async (/** @type {boolean} */ forwardOnly) =>
      (await fillBlanks(text, { model, engine, count: 1, forwardOnly }))[0]?.fills[0]?.toLowerCase();
    right.forward += Number((await best(true)) === key);
    right.both += Number((await best(false)) === key);
    blanks++;
  }
  results.push({ blanks: name, count: blanks, ...right, ratio: Number((right.both / right.forward).toFixed(2)) });
}
console.table(results);
console.log(JSON.stringify({ model: options.model, seed: Number(options.seed), machine: describeMachine(), results }, null, 2));
engine.close();
