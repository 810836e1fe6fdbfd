import { markdownTable, mean } from './report.mjs';

/**
 * The rows of the ablation: each is trained as the row before, with these changes of the config (`--set`).
 *
 * @type {readonly { readonly name: string, readonly changes: readonly string[] }[]}
 */
export const rows = [
  { name: 'Elman network', changes: [] },
  { name: '+ larger learning rate', changes: ['training.optimizer.learningRate=4'] },
  { name: '+ clipping', changes: ['training.clipping.type=norm', 'training.clipping.threshold=0.25'] },
  { name: '+ gates (LSTM)', changes: ['model.cell.type=lstm'] },
  { name: '+ layer normalization', changes: ['model.cell.normalization=layer'] },
  { name: '+ dropout', changes: ['model.dropout=0.2'] },
  { name: '+ averaging', changes: ['training.averaging.type=tail', 'training.averaging.start=0.5'] },
];

/**
 * @param {number} index of a row
 * @returns {string[]} all changes of the config of the first row
 */
export function changesUpTo(index) {
  return rows.slice(0, index + 1).flatMap(({ changes }) => changes);
}

/**
 * What one training came to, in nats per character. Losses are null where it ended because a loss was no number.
 *
 * @typedef {object} Outcome
 * @property {number} row
 * @property {number} seed
 * @property {number | null} validation the lowest validation loss
 * @property {number | null} test the loss of that model on the test text
 * @property {number} seconds of training, of one thread
 */

/**
 * A Markdown table with the mean of the seeds and, in brackets, the lowest and the highest. What a row buys is the fall of the mean test
 * loss from the row before; it is empty where a loss is no number.
 *
 * @param {readonly Outcome[]} outcomes
 * @returns {string}
 */
export function table(outcomes) {
  const header = ['trained with', 'change of the config', 'validation loss', 'test loss', 'buys', 'seconds'];
  const lines = rows.map(({ name, changes }, row) => {
    const own = outcomes.filter((outcome) => outcome.row === row);
    const before = outcomes.filter((outcome) => outcome.row === row - 1);
    const test = own.map((outcome) => outcome.test ?? Number.NaN);
    const gain = mean(before.map((outcome) => outcome.test ?? Number.NaN)) - mean(test);
    return [
      name,
      changes.map((change) => `\`${change}\``).join(', '),
      spread(own.map(({ validation }) => validation ?? Number.NaN)),
      spread(test),
      Number.isFinite(gain) ? gain.toFixed(3) : '',
      own.length === 0 ? '' : String(Math.round(mean(own.map(({ seconds }) => seconds)))),
    ];
  });
  return markdownTable(header, lines, (column) => column < 2);
}

/** @param {readonly number[]} values */
function spread(values) {
  if (values.length === 0) return '';
  if (values.some(Number.isNaN)) return 'diverged';
  const range = values.length === 1 ? '' : ` (${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)})`;
  return `${mean(values).toFixed(3)}${range}`;
}
