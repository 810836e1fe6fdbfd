// usage: node device-gradients.js PROVIDER, in a process of its own because a driver is found by the environment that it starts with.
// For each cell, one JSON line a case: the largest relative difference between the provider's results of a training step (loss,
// states, every gradient) and the plain kernels'. Runs on the built files.

import { createOnnxRuntimeEngine } from '../../../dist/engine/onnxruntime/onnxruntime-engine.js';
import { createReferenceEngine } from '../../../dist/engine/reference/reference-engine.js';
import { createRandom } from '../../../dist/foundation/random.js';
import { cells } from '../../../dist/model/cells/index.js';
import { trainingGraph } from '../../../dist/model/graphs.js';
import { modelOptions } from '../../../dist/model/specification.js';

const provider = /** @type {'webgpu'} */ (process.argv[2]);
const engine = await createOnnxRuntimeEngine({ provider, threads: 1 });
const reference = createReferenceEngine();

/** Every cell with its defaults, and with each other choice of its options. */
const chosen = cells.flatMap(({ type, options }) => [
  { type },
  ...Object.entries(options).flatMap(([name, option]) => {
    if (option.kind === 'switch') return [{ type, [name]: !option.default }];
    if (option.kind !== 'choice') return [];
    return option.values.filter((value) => value !== option.default).map((value) => ({ type, [name]: value }));
  }),
]);
for (const cell of chosen) {
  const model = { vocabularySize: 11, cell, layers: 2, embeddingSize: 5, hiddenSize: 7, dropout: 0, tieWeights: false };
  const cases = {
    'two layers with dropout': [
      { ...model, dropout: 0.4 },
      { batchSize: 3, sequenceLength: 11, shards: 1 },
    ],
    'tied, a large vocabulary': [
      { ...model, layers: 1, vocabularySize: 67, embeddingSize: 7, tieWeights: true },
      { batchSize: 8, sequenceLength: 2, shards: 1 },
    ],
  };
  for (const [name, [options, window]] of Object.entries(cases)) {
    const graph = trainingGraph(
      modelOf(/** @type {typeof model} */ (options)),
      /** @type {{ batchSize: number; sequenceLength: number; shards: number }} */ (window),
      { seed: 5 },
    );
    const [expected, actual] = [reference, engine].map((any) => filled(any.compile(graph), model.vocabularySize));
    await expected?.run();
    await actual?.run();
    const errors = Object.entries(expected?.outputs ?? {}).map(([output, [values]]) => {
      return relativeError(actual?.outputs[output]?.[0] ?? [], values ?? []);
    });
    const say = {
      case: `${Object.entries(cell)
        .map(([key, value]) => (key === 'type' ? value : `${key}: ${value}`))
        .join(', ')}: ${name}`,
      outputs: errors.length,
      error: Math.max(...errors),
    };
    process.stdout.write(`${JSON.stringify(say)}\n`);
  }
}
engine.close();

/** The options of a model of equal layers. @param {{ vocabularySize: number }} options */
function modelOf({ vocabularySize, ...section }) {
  return modelOptions(section, vocabularySize, 'the case');
}

/** @param {import('../../../src/engine/engine.js').Program} program @param {number} vocabularySize */
function filled(program, vocabularySize) {
  const random = createRandom(7);
  for (const name of Object.keys(program.inputs).sort()) {
    const array = program.inputs[name]?.[0] ?? [];
    for (let i = 0; i < array.length; i++) array[i] = valueFor(name, array instanceof Int32Array);
  }
  return program;

  /** @param {string} name @param {boolean} integer */
  function valueFor(name, integer) {
    if (name === 'step') return 3;
    if (integer) return random.integer(vocabularySize);
    if (name === 'inverseCount') return 0.05;
    // The normalizer of sLSTM and mLSTM, by which they divide, is a sum of gates.
    if (name.startsWith('n.')) return 1 + random.uniform();
    return name === 'weights' ? Number(random.uniform() > 0.1) : 0.3 * random.normal();
  }
}

/** @param {ArrayLike<number>} actual @param {ArrayLike<number>} expected */
function relativeError(actual, expected) {
  let difference = actual.length === expected.length ? 0 : Number.POSITIVE_INFINITY;
  let magnitude = 1e-12;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(Number(actual[i]) - Number(expected[i])));
    magnitude = Math.max(magnitude, Math.abs(Number(expected[i])));
  }
  // NaN is larger than any tolerance.
  return Number.isNaN(difference) ? 1e9 : difference / magnitude;
}
