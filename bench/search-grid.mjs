/** The grid of search-table.mjs: 216 configs. */

/**
 * @typedef {object} GridKey
 * @property {string} key of the config
 * @property {string} scale between its values
 * @property {readonly number[]} values
 */

/** @type {readonly GridKey[]} */
export const grid = [
  { key: 'training.optimizer.learningRate', scale: 'log', values: [0.001, 0.0025, 0.0063, 0.016, 0.04, 0.1] },
  { key: 'model.dropout', scale: 'linear', values: [0, 0.2, 0.4, 0.6] },
  { key: 'model.hiddenSize', scale: 'log-integer', values: [24, 48, 80] },
  { key: 'training.optimizer.weightDecay', scale: 'log', values: [0.1, 1, 10] },
];

/** Steps at which the configs are compared. */
export const rungs = [15, 45, 135, 405];

/** Every config: the place of each value in its key, the last key varying fastest. */
export const combinations = grid.reduce(
  (before, { values }) => before.flatMap((place) => values.map((_, i) => [...place, i])),
  /** @type {number[][]} */ ([[]]),
);
