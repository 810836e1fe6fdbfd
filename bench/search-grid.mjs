/** The grid of search-table.mjs: 288 configs. */

/**
 * @typedef {object} GridKey
 * @property {string} key of the config
 * @property {string} scale between its values
 * @property {readonly number[]} values
 */

/** @type {readonly GridKey[]} */
export const grid = [
  { key: 'training.optimizer.learningRate', scale: 'log', values: [0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064] },
  { key: 'model.dropout', scale: 'linear', values: [0, 0.2, 0.4, 0.6] },
  { key: 'model.hiddenSize', scale: 'log-integer', values: [24, 48, 96] },
  { key: 'training.optimizer.weightDecay', scale: 'log', values: [0.01, 0.1, 1] },
];

/** Steps at which the configs are compared. */
export const rungs = [20, 60, 180, 540];

/** Every config: the place of each value in its key, the last key varying fastest. */
export const combinations = grid.reduce(
  (before, { values }) => before.flatMap((place) => values.map((_, i) => [...place, i])),
  /** @type {number[][]} */ ([[]]),
);
