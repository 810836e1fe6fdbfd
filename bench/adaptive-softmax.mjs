// Adaptive softmax against the full softmax on a vocabulary of 100,000 words: tokens per second of whole training steps in turns, and the
// perplexity on held-out text after the same steps.
//
// usage: node bench/adaptive-softmax.mjs [--engine typed-array|onnxruntime] [--threads N] [--steps N] [--rounds N] [--text FILE]
// Needs `npm run build` first. Without a text it is synthetic: classes of words follow one another, and the words of a class have Zipf's
// law. A text is read as words; each of those with an odd place is joined to the one before it, so that there are 100,000 of them.

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { createOnnxRuntimeEngine } from '../dist/engine/onnxruntime/onnxruntime-engine.js';
import { createTypedArrayEngine } from '../dist/engine/typed-array/typed-array-engine.js';
import { evaluatePerplexity } from '../dist/evaluate/perplexity.js';
import { createRandom } from '../dist/foundation/random.js';
import { initialize } from '../dist/model/initialization.js';
import { modelOptions } from '../dist/model/specification.js';
import { createBatches } from '../dist/text/batches.js';
import { trainTokenizer } from '../dist/text/tokenizers/index.js';
import { createSession } from '../dist/train/session.js';

const V = 100_000;
const SIZE = { embeddingSize: 128, hiddenSize: 256, layers: 1, batchSize: 20, sequenceLength: 32 };
const CLASSES = 50;
const SUCCESSORS = 4;

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'typed-array' },
    threads: { type: 'string', default: String(availableParallelism()) },
    steps: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '8' },
    text: { type: 'string' },
  },
});
const steps = Number(values.steps);

/**
 * Word r of class k has id r * CLASSES + k, so that ids go by frequency.
 *
 * @param {number} length
 */
function syntheticTokens(length) {
  const random = createRandom(1);
  const words = V / CLASSES;
  const cumulative = new Float64Array(words);
  let sum = 0;
  for (let r = 0; r < words; r++) cumulative[r] = sum += 1 / (r + 2.7);
  let current = 0;
  return Int32Array.from({ length }, () => {
    current = (current * SUCCESSORS + 1 + random.integer(SUCCESSORS)) % CLASSES;
    const draw = random.uniform() * sum;
    let low = 0;
    let high = words - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Number(cumulative[middle]) < draw) low = middle + 1;
      else high = middle;
    }
    return low * CLASSES + current;
  });
}

/** @param {string} path */
function tokensOf(path) {
  const words = readFileSync(path, 'utf8').split(/\s+/);
  const joined = words.flatMap((word, i) => (i % 2 === 0 ? [] : [`${words[i - 1]}_${word}`])).join(' ');
  const tokenizer = trainTokenizer({ type: 'word', maximumSize: V }, joined);
  return tokenizer.encode(joined);
}

const rows = SIZE.batchSize * SIZE.sequenceLength;
const held = 20_000;
const tokens = values.text ? tokensOf(values.text) : syntheticTokens(rows * steps + held);
const heldOut = tokens.subarray(tokens.length - held);
const training = tokens.subarray(0, tokens.length - held);

async function openEngine() {
  const threads = Number(values.threads);
  if (values.engine === 'onnxruntime') return createOnnxRuntimeEngine({ provider: 'cpu', threads });
  return createTypedArrayEngine({ shards: 2, threads });
}

/** @param {{ type: string }} head */
async function contestant(head) {
  const engine = await openEngine();
  const { batchSize, sequenceLength, ...model } = SIZE;
  const options = modelOptions({ ...model, head }, V);
  const batches = createBatches({ tokens: training, batchSize, sequenceLength, shards: engine.shards });
  const session = createSession({
    engine,
    model: options,
    batches,
    batchSize,
    seed: 1,
    optimizer: { type: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    clipping: { type: 'norm', threshold: 5 },
    regularization: { l1: 0, l2: 0 },
  });
  initialize(session.parameters.trained, session.table, { type: 'uniform', range: 0.05 }, createRandom(1));
  let step = 0;
  return {
    parameters: session.table.count,
    /**
     * Some steps; their tokens per second.
     *
     * @param {number} count
     */
    async run(count) {
      const start = performance.now();
      for (let i = 0; i < count; i++) {
        const { norm } = await session.differentiate(step % batches.windows, ++step);
        await session.update(step, 2e-3, norm);
      }
      const took = (performance.now() - start) / 1000;
      return (count * rows) / took;
    },
    async perplexity() {
      const reader = createTypedArrayEngine();
      const arena = reader.allocateFloats(session.parameters.trained.length);
      arena.set(session.parameters.trained);
      const { perplexity } = await evaluatePerplexity({
        model: { options, table: session.table, arena },
        engine: reader,
        tokens: heldOut,
      });
      reader.close();
      engine.close();
      return perplexity;
    },
  };
}

/** @param {number[]} list */
const median = (list) => Number([...list].sort((a, b) => a - b)[list.length >> 1]);
const full = await contestant({ type: 'softmax' });
const adaptive = await contestant({ type: 'adaptive-softmax' });
/** @type {{ full: number[], adaptive: number[] }} */
const speeds = { full: [], adaptive: [] };
// The first step compiles.
await full.run(1);
await adaptive.run(1);
const rounds = Number(values.rounds);
const each = Math.floor((steps - 1) / rounds);
for (let round = 0; round < rounds; round++) {
  speeds.full.push(await full.run(each));
  speeds.adaptive.push(await adaptive.run(each));
}
const [one, other] = [await full.perplexity(), await adaptive.perplexity()];
console.log(
  JSON.stringify({
    engine: values.engine,
    threads: Number(values.threads),
    steps: 1 + each * rounds,
    text: values.text ?? 'synthetic',
    vocabulary: V,
    parameters: { full: full.parameters, adaptive: adaptive.parameters },
    tokensPerSecond: { full: Math.round(median(speeds.full)), adaptive: Math.round(median(speeds.adaptive)) },
    ratio: Number(median(speeds.adaptive.map((speed, i) => speed / Number(speeds.full[i]))).toFixed(2)),
    perplexity: { full: one, adaptive: other, ratio: other / one },
  }),
);
