// Tokens per second of an exact evaluation: a whole text as one stream, every token but the first predicted once.
//
// usage: node bench/textloom-evaluation.mjs SIZE [--seconds S] [--engine typed-array|onnxruntime] [--threads N] [--tokens N] [--in-order]
//        node bench/textloom-evaluation.mjs --model FILE --text FILE ...
// Prints one JSON line. Needs `npm run build` first. Without a model, one of the size as it is initialized, and a text drawn from a seed.
// `--in-order` reads the text token by token in place of many places at once.

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { createOnnxRuntimeEngine } from '../dist/engine/onnxruntime/onnxruntime-engine.js';
import { createTypedArrayEngine } from '../dist/engine/typed-array/typed-array-engine.js';
import { evaluatePerplexity } from '../dist/evaluate/perplexity.js';
import { createRandom } from '../dist/foundation/random.js';
import { initialize } from '../dist/model/initialization.js';
import { parameterTable } from '../dist/model/parameter-table.js';
import { modelOptions } from '../dist/model/specification.js';
import { openModel } from '../dist/run/open-model.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '4' },
    engine: { type: 'string', default: 'typed-array' },
    threads: { type: 'string', default: String(availableParallelism()) },
    tokens: { type: 'string' },
    model: { type: 'string' },
    text: { type: 'string' },
    'in-order': { type: 'boolean', default: false },
  },
});
/** As of the texts that are measured at such sizes: the test split of Penn Treebank, the last tenth of Shakespeare's characters. */
const typicalTokens = positionals[0]?.startsWith('ptb') ? 82_430 : 111_540;
const threads = Number(values.threads);
const engine =
  values.engine === 'onnxruntime'
    ? await createOnnxRuntimeEngine({ provider: 'cpu', threads })
    : createTypedArrayEngine({ shards: values['in-order'] ? 1 : 2, threads: Math.min(2, threads) });
const { model, tokens } = values.model ? trained(values.model, values.text ?? '') : untrained(positionals[0] ?? '');
const options = { model, engine, tokens, ...(values['in-order'] && { sequenceLength: 32 }) };

// The first one compiles; then whole texts are read until the time is over.
const { nats, perplexity } = await evaluatePerplexity(options);
const times = [];
const end = performance.now() + 1000 * Number(values.seconds);
while (performance.now() < end || times.length < 2) {
  const start = performance.now();
  await evaluatePerplexity(options);
  times.push(performance.now() - start);
}
const { name } = engine;
engine.close();
const seconds = (times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN) / 1000;
const tokensPerSecond = Math.round((tokens.length - 1) / seconds);
console.log(
  JSON.stringify({ contestant: 'textloom', engine: name, size: positionals[0], threads, nats, perplexity, tokensPerSecond }),
);

/** @param {string} size */
function untrained(size) {
  const sizes = JSON.parse(readFileSync(new URL('./sizes.json', import.meta.url), 'utf8'));
  const { V: vocabularySize, E: embeddingSize, H: hiddenSize, layers } = sizes[size];
  const options = modelOptions({ layers, embeddingSize, hiddenSize }, vocabularySize);
  const table = parameterTable(options);
  const arena = engine.allocateFloats(table.arenaLength);
  const random = createRandom(1);
  initialize(arena, table, { type: 'pytorch' }, random);
  const tokens = Int32Array.from({ length: Number(values.tokens ?? typicalTokens) }, () => random.integer(vocabularySize));
  return { model: { options, table, arena }, tokens };
}

/**
 * @param {string} path
 * @param {string} text
 */
function trained(path, text) {
  const model = openModel(path, engine);
  return { model, tokens: model.tokenizer.encode(readFileSync(text, 'utf8')) };
}
