/**
 * Writes the fixtures of a format version: small runs by the program of that version, stopped in the middle, with what the program
 * made of them. Run it once for a version, with the program as it was then; fixtures are never made anew.
 *
 *     node test/formats/make.mjs TEXTLOOM FOLDER      (bin/textloom.js of a built checkout; test/formats/1)
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { tensorDigest } from './tensor-digest.mjs';

const [command = '', target = ''] = process.argv.slice(2).map((path) => resolve(path));

const text = () => {
  const words = ['the', 'cat', 'sat', 'on', 'a', 'mat', 'and', 'saw', 'one', 'naïve', 'dog', '“so”'];
  let made = '';
  for (let i = 0; made.length < 2400; i++)
    made += `${words[(i * i + 3 * i + (i >> 3)) % words.length]}${i % 7 === 6 ? '.\n' : ' '}`;
  return made;
};

const sgd = { type: 'sgd', learningRate: 0.5 };
const adam = { type: 'adam', learningRate: 0.01 };

/**
 * Each cell, tokenizer, optimizer, schedule and kind of clipping at least once.
 * @type {Record<string, { cell: object, tokenizer: object, optimizer: object, model?: object, corpus?: object, training?: object }>}
 */
const cases = {
  'lstm-character-adam': { cell: { type: 'lstm' }, tokenizer: { type: 'character' }, optimizer: adam, model: { dropout: 0.2 } },
  'lstm-tied-word-sgd': {
    cell: { type: 'lstm' },
    tokenizer: { type: 'word' },
    optimizer: sgd,
    model: { tieWeights: true },
    training: { schedule: { type: 'plateau', factor: 0.5, patience: 1 }, clipping: { type: 'norm', threshold: 0.25 } },
  },
  'lstm-byte-adamw': {
    cell: { type: 'lstm' },
    tokenizer: { type: 'byte' },
    optimizer: { type: 'adamw', learningRate: 0.01, weightDecay: 0.1 },
    model: { embeddingSize: 4, hiddenSize: 6, dropout: 0.1, initialization: { type: 'uniform', range: 0.1, forgetBias: 1 } },
    training: { schedule: { type: 'cosine', warmupSteps: 3, minimum: 0.001 } },
  },
  'gru-after-bpe-momentum': {
    cell: { type: 'gru', reset: 'after' },
    tokenizer: { type: 'bpe', vocabularySize: 280 },
    optimizer: { type: 'momentum', learningRate: 0.1, momentum: 0.9 },
    model: { embeddingSize: 4, hiddenSize: 6, tieWeights: false },
  },
  'gru-before-character-rmsprop': {
    cell: { type: 'gru', reset: 'before' },
    tokenizer: { type: 'character' },
    optimizer: { type: 'rmsprop', learningRate: 0.005 },
    model: { layers: 2, dropout: 0.3 },
    training: { schedule: { type: 'exponential', factor: 0.9 }, clipping: { type: 'value', threshold: 0.1 } },
  },
  'rnn-tanh-word-nesterov': {
    cell: { type: 'rnn', nonlinearity: 'tanh' },
    tokenizer: { type: 'word', case: 'lower', punctuation: 'separate', spaces: 'exact' },
    optimizer: { type: 'momentum', learningRate: 0.05, momentum: 0.8, nesterov: true },
    corpus: { normalization: { unicode: 'NFC', newlines: 'lf' } },
    training: { regularization: { l1: 1e-5, l2: 1e-4 }, earlyStopping: { patience: 3 } },
  },
  'rnn-relu-character-sgd': {
    cell: { type: 'rnn', nonlinearity: 'relu' },
    tokenizer: { type: 'character' },
    optimizer: { ...sgd, learningRate: 0.1 },
    model: { layers: 2, tieWeights: true, dropout: 0.1 },
    corpus: { documents: { marker: '.' }, resetState: true },
    training: { schedule: { type: 'step', startEpoch: 1, factor: 0.5 }, clipping: { type: 'norm', threshold: 1 } },
  },
};

/**
 * @param {string[]} args
 * @param {string} folder
 */
const textloom = (args, folder) =>
  execFileSync(process.execPath, [command, ...args], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
writeFileSync(join(target, 'corpus.txt'), text());
writeFileSync(join(target, 'heldout.txt'), 'the dog sat on the mat.\none cat saw the dog and sat.\n');
/** @type {Record<string, object>} */
const expected = {};
for (const [name, { cell, tokenizer, optimizer, model = {}, corpus = {}, training = {} }] of Object.entries(cases)) {
  const folder = mkdtempSync(join(tmpdir(), 'formats-'));
  cpSync(join(target, 'corpus.txt'), join(folder, 'corpus.txt'));
  cpSync(join(target, 'heldout.txt'), join(folder, 'heldout.txt'));
  const config = {
    name,
    corpus: { path: 'corpus.txt', split: { train: 0.8, validation: 0.1, test: 0.1 }, boundary: 'character', ...corpus },
    tokenizer,
    model: { cell, layers: 1, hiddenSize: 8, ...model },
    training: {
      epochs: 3,
      batchSize: 4,
      sequenceLength: 12,
      optimizer,
      validation: { everyEpochs: 1 },
      checkpoints: { everySteps: 7, keep: 100 },
      ...training,
    },
    engine: { type: 'typed-array', shards: 2 },
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  textloom(['train', 'config.json', '--output', 'run'], folder);
  const checkpoints = readdirSync(join(folder, 'run/checkpoints')).sort();
  const middle = String(checkpoints[Math.floor(checkpoints.length / 2)]);
  const kept = join(target, name);
  mkdirSync(join(kept, 'checkpoints'), { recursive: true });
  for (const file of ['config.yaml', 'metrics.jsonl', 'model.safetensors']) cpSync(join(folder, 'run', file), join(kept, file));
  cpSync(join(folder, 'run/checkpoints', middle), join(kept, 'checkpoints', middle));
  cpSync(join(folder, 'config.json'), join(kept, 'config.json'));
  const last = join(folder, 'run/checkpoints', String(checkpoints.at(-1)));
  const report = JSON.parse(textloom(['evaluate-perplexity', 'run', 'heldout.txt', '--json'], folder));
  const sample = textloom(['sample', 'run', '-n', '60', '--seed', '3', '--temperature', '0.9', '--raw'], folder);
  expected[name] = {
    checkpoint: middle,
    lastCheckpoint: checkpoints.at(-1),
    lastTensors: tensorDigest(last),
    modelTensors: tensorDigest(join(folder, 'run/model.safetensors')),
    report,
    sample,
  };
  rmSync(folder, { recursive: true, force: true });
}
writeFileSync(join(target, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
