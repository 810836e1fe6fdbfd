import { cells } from '../dist/model/cells/index.js';
import { parameterTable } from '../dist/model/parameter-table.js';
import { modelOptions } from '../dist/model/specification.js';
import { markdownTable, mean } from './report.mjs';

/**
 * A kind of model that the comparison of cells.mjs trains.
 *
 * @typedef {object} Kind
 * @property {string} name
 * @property {(size: number) => Record<string, unknown>} model the section `model` of a config; its parameters grow with the size
 */

const DROPOUT = 0.1;
const EMBEDDING = 64;
const head = { type: 'softmax', tie: true };

/** @param {readonly Record<string, unknown>[]} layers */
const recurrent = (layers) => ({
  embedding: { size: EMBEDDING },
  layers: layers.map((layer) => ({ ...layer, dropout: DROPOUT })),
  head,
});

/** Two layers of each cell; an LSTM below attention; a Transformer of three layers and the normalization that belongs after them. */
export const kinds = /** @type {readonly Kind[]} */ ([
  ...cells.map(({ type }) => ({
    name: type,
    model: (/** @type {number} */ size) => recurrent([1, 2].map(() => ({ type, size }))),
  })),
  {
    name: 'lstm + attention',
    model: (/** @type {number} */ size) =>
      recurrent([
        { type: 'lstm', size },
        { type: 'attention', size, window: 64 },
      ]),
  },
  {
    name: 'transformer',
    model: (/** @type {number} */ size) => ({
      embedding: { size, dropout: DROPOUT },
      layers: [
        ...[1, 2, 3].map(() => ({ type: 'transformer', heads: 4, window: 128, branchDropout: DROPOUT })),
        { type: 'normalization' },
      ],
      head,
    }),
  },
]);

/** Sizes are multiples of this, so that every head and every rotation gets an equal part. */
const MULTIPLE = 8;

/**
 * The size of a kind of model that comes nearest to a number of parameters.
 *
 * @param {Kind} kind
 * @param {number} wanted
 * @param {number} vocabularySize
 * @returns {{ size: number, parameters: number }}
 */
export function fittingSize({ model }, wanted, vocabularySize) {
  const at = (/** @type {number} */ size) => parameterTable(modelOptions(model(size), vocabularySize, 'the benchmark')).count;
  let [low, high] = [1, 1];
  while (at(high * MULTIPLE) < wanted) high *= 2;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (at(middle * MULTIPLE) < wanted) low = middle + 1;
    else high = middle;
  }
  const [best] = [low - 1, low]
    .filter((multiple) => multiple > 0)
    .map((multiple) => ({ size: multiple * MULTIPLE, parameters: at(multiple * MULTIPLE) }))
    .sort((a, b) => Math.abs(a.parameters - wanted) - Math.abs(b.parameters - wanted));
  return /** @type {{ size: number, parameters: number }} */ (best);
}

/**
 * What a kind is trained with on a text.
 *
 * @typedef {object} Plan
 * @property {string} text
 * @property {string} kind
 * @property {number} size
 * @property {number} parameters
 * @property {string} model the change of the config that sets it
 * @property {string} engine the faster one
 * @property {number} steps that fit into the time
 * @property {number} seconds the time
 * @property {number} memory bytes, the forecast of the process
 */

/**
 * What one training came to.
 *
 * @typedef {Omit<Plan, 'model' | 'steps'> & Trained} Outcome
 */

/**
 * @typedef {object} Trained
 * @property {number} seed
 * @property {number} rate the learning rate, the best of some trials
 * @property {number | null} validation the lowest loss, in nats per token; null where the training diverged
 * @property {number | null} test the loss of that model on the test text
 * @property {number} tokens trained on
 */

/**
 * A Markdown table for each text, the lowest test loss first. With several seeds: the mean, and in brackets the lowest and the highest.
 *
 * @param {readonly Outcome[]} outcomes
 * @returns {string}
 */
export function tables(outcomes) {
  return [...new Set(outcomes.map(({ text }) => text))].map((text) => table(text, outcomes)).join('\n\n');
}

/**
 * @param {string} text
 * @param {readonly Outcome[]} outcomes
 */
function table(text, outcomes) {
  const header = [text, 'size', 'parameters', 'rate', 'engine', 'test loss', 'tokens/s', 'MB'];
  const own = outcomes.filter((outcome) => outcome.text === text);
  const rows = [...new Set(own.map(({ kind }) => kind))].map((kind) => {
    const seeds = own.filter((outcome) => outcome.kind === kind);
    const [first] = /** @type {[Outcome]} */ (seeds);
    const losses = seeds.map(({ test }) => test ?? Number.POSITIVE_INFINITY);
    const loss = mean(losses);
    const range = losses.length > 1 ? ` (${Math.min(...losses).toFixed(4)} to ${Math.max(...losses).toFixed(4)})` : '';
    const speed = mean(seeds.map(({ tokens, seconds }) => tokens / seconds));
    const cells = [
      kind,
      String(first.size),
      first.parameters.toLocaleString('en'),
      String(first.rate),
      first.engine,
      Number.isFinite(loss) ? `${loss.toFixed(4)}${range}` : 'diverged',
      Math.round(speed).toLocaleString('en'),
      String(Math.round(first.memory / 2 ** 20)),
    ];
    return { loss, cells };
  });
  rows.sort((a, b) => a.loss - b.loss);
  const lines = rows.map(({ cells }) => cells);
  return markdownTable(header, lines, (column) => column === 0 || column === 4);
}
