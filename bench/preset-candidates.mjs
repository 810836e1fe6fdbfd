/**
 * Settings to compare with a preset of `textloom init`, as changes of its config (`--set`). The first of each preset is the preset itself.
 *
 * @typedef {object} Candidate
 * @property {import('../dist/commands/init/preset-names.js').PresetName} preset
 * @property {string} name
 * @property {readonly string[]} changes
 * @property {string} source where the changes come from
 */

/**
 * The tied model of configs/ptb-512.yaml: public runs reach a perplexity of 73.3 on the Penn Treebank in 30 epochs. Adam's rate and the
 * clipping hold for a loss that is a mean over 4,096 tokens.
 */
const tied512 = [
  'model.hiddenSize=512',
  'model.embedding.size=512',
  'model.embedding.dropout=0',
  'model.dropout=0.5',
  'training.batchSize=128',
  'training.sequenceLength=32',
  'training.optimizer.learningRate=0.01',
  'training.clipping.threshold=4.9e-4',
  'training.regularization.l2=2.4e-8',
];

/** @type {readonly Candidate[]} */
export const candidates = [
  { preset: 'character', name: 'as proposed', changes: [], source: 'configs/shakespeare-best.yaml' },
  { preset: 'character', name: 'batch of 50', changes: ['training.batchSize=50'], source: 'docs/results.md' },
  { preset: 'character', name: 'layer normalization', changes: ['model.cell.normalization=layer'], source: 'Ba et al. 2016' },
  { preset: 'character', name: 'one layer of 512', changes: ['model.layers=1', 'model.hiddenSize=512'], source: 'habit' },
  { preset: 'word', name: 'as proposed', changes: [], source: 'habit' },
  {
    preset: 'word',
    name: 'no dropout of the embedding',
    changes: ['model.embedding.size=256', 'model.embedding.dropout=0'],
    source: 'configs/ptb-512.yaml',
  },
  {
    preset: 'word',
    name: 'dropout 0.5, Adam 0.005',
    changes: ['model.dropout=0.5', 'training.optimizer.learningRate=0.005'],
    source: 'configs/ptb-512.yaml',
  },
  { preset: 'word', name: 'tied 2x512', changes: tied512, source: 'configs/ptb-512.yaml' },
  { preset: 'bpe', name: 'as proposed', changes: [], source: 'habit' },
  { preset: 'bpe', name: '2,000 byte pairs', changes: ['tokenizer.vocabularySize=2000'], source: 'habit' },
  { preset: 'bpe', name: '8,000 byte pairs', changes: ['tokenizer.vocabularySize=8000'], source: 'habit' },
  { preset: 'bpe', name: 'learning rate 0.006', changes: ['training.optimizer.learningRate=0.006'], source: 'habit' },
];
