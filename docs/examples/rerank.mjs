// @ts-check
// Sorts candidates by how likely they are as a line of text: node rerank.mjs MODEL < candidates.txt
//
// A recognizer of speech or handwriting proposes several readings of one line; a language model knows which one is language. The candidates
// compete as wholes, so they are compared by the nats of the whole line, not by the mean of a token: a mean would favour long lines.

import { text } from 'node:stream/consumers';
import { createTypedArrayEngine, evaluatePerplexity, openModel } from 'textloom';

const [path = 'runs/quickstart'] = process.argv.slice(2);
const engine = createTypedArrayEngine();
const model = openModel(path, engine);
const candidates = (await text(process.stdin)).split('\n').filter((line) => line.trim() !== '');

const ranked = [];
for (const candidate of candidates) {
  // Between two line ends: the first is read and not predicted, the second belongs to the line.
  const tokens = model.tokenizer.encode(`\n${candidate}\n`);
  const { nats } = await evaluatePerplexity({ model, engine, tokens });
  ranked.push({ candidate, nats });
}
engine.close();

ranked.sort((a, b) => a.nats - b.nats);
for (const { candidate, nats } of ranked) console.log(`${nats.toFixed(2)}\t${candidate}`);
