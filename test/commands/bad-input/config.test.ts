import { describe, it } from 'vitest';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { configWith, createWorkplace, smallConfig } from '../workplace.js';

const levels = (count: number) => `${'['.repeat(count)}${']'.repeat(count)}`;
const laughs = Array.from({ length: 30 }, (_, i) => `l${i}: &l${i} [${i === 0 ? 'ha' : `*l${i - 1}, *l${i - 1}`}]`);

/** What the config holds, the flags after it, and what is said. */
const cases: readonly { what: string; file?: string; text?: string | Uint8Array; flags?: string[]; says: string | string[] }[] =
  [
    { what: 'broken YAML', text: 'corpus: {path: corpus.txt\n', says: 'config.yaml:2:1' },
    {
      what: 'an unknown key',
      text: configWith('enigne: { shards: 2 }'),
      says: ['config.yaml:10:1', 'enigne', 'did you mean engine?'],
    },
    {
      what: 'a value of the wrong type',
      text: configWith('seed: soon'),
      says: ['config.yaml:10:7', 'seed is "soon"', 'a whole number'],
    },
    {
      what: 'two problems, both told',
      text: 'seed: -1\ncorpus: { path: 3 }\n',
      says: ['config.yaml:1:7: seed', 'config.yaml:2:17: corpus.path'],
    },
    { what: 'an alias bomb', text: laughs.join('\n'), says: 'aliases' },
    { what: 'deep nesting', text: `a: ${levels(20_000)}`, says: 'nested deeper' },
    {
      what: 'a key that stands twice',
      text: 'seed: 1\nseed: 2\n',
      says: ['config.yaml:2:1', 'is given twice; first on line 1'],
    },
    { what: 'a key __proto__', text: configWith('__proto__: { seed: 2 }'), says: '__proto__ is not a key' },
    { what: 'a second document', text: 'seed: 1\n---\nseed: 2\n', says: 'a second document' },
    { what: 'an empty file', text: '', says: 'is empty' },
    { what: 'a list', text: '- seed\n', says: 'a config is a map' },
    { what: 'bytes that are not UTF-8', text: Uint8Array.of(0x73, 0xff, 0xfe), says: 'UTF-8' },
    { what: 'a corpus in place of a config', text: 'word '.repeat(100_000), says: 'Is it the corpus?' },
    { what: 'broken JSON', file: 'config.json', text: '{"seed": 1,}', says: 'not JSON' },
    {
      what: 'an extension of another kind',
      file: 'config.toml',
      text: 'seed = 1',
      says: 'not a config (.yaml, .yml or .json)',
    },
    { what: 'no such file, with one of almost its name', file: 'smal.yaml', says: 'did you mean small.yaml?' },
    { what: 'extends in a circle', text: 'extends: [small.yaml, config.yaml]\n', says: 'config.yaml > config.yaml' },
    { what: 'a folder in its place', file: '.', says: '. is a folder without a run' },
    { what: 'extends a file that is not there', text: 'extends: nowhere.yaml\n', says: 'nowhere.yaml: no such file' },
    { what: 'epochs and steps', text: configWith('  epochs: 2'), says: ['training.epochs is 2', 'training.steps is 6'] },
    {
      what: 'shares that are no whole',
      text: smallConfig.replace('txt }', 'txt, split: { train: 0.5, validation: 0.1, test: 0.1 } }'),
      says: 'add up to 0.7',
    },
    {
      what: 'shards that do not divide the batch',
      text: configWith('engine: { shards: 3 }'),
      says: ['engine.shards is 3', 'training.batchSize is 4'],
    },
    {
      what: 'early stopping without a text to validate on',
      text: configWith('  earlyStopping: {}').replace('txt }', 'txt, split: { train: 1, validation: 0, test: 0 } }'),
      says: ['training.earlyStopping', 'no validation text'],
    },
    { what: '--set without a value', file: 'small.yaml', flags: ['--set', 'seed'], says: ['--set seed', 'a key and a value'] },
    {
      what: 'a model beyond all memory',
      file: 'small.yaml',
      flags: ['--set', 'model.hiddenSize=60000'],
      says: ['4 GiB', 'make model.hiddenSize'],
    },
    {
      what: '--set of an unknown key',
      file: 'small.yaml',
      flags: ['--set', 'training.batchsize=4'],
      says: 'did you mean batchSize?',
    },
    {
      what: 'a word where a map has it as its type',
      file: 'small.yaml',
      flags: ['--set', 'tokenizer=bpe'],
      says: 'tokenizer is "bpe" (did you mean { type: bpe }?); allowed: a map with type: one of character, word, byte, bpe',
    },
    {
      what: '--set to what is not allowed',
      file: 'small.yaml',
      flags: ['--set', 'seed=1', '--set', 'training.steps=0'],
      says: '--set training.steps=0',
    },
  ];

describe.concurrent('a config with', () => {
  it.for(cases)('$what', async ({ file = 'config.yaml', text, flags = [], says }, { onTestFinished }) => {
    const { folder, write, remove } = createWorkplace();
    onTestFinished(remove);
    if (text !== undefined) write(file, text);
    expectRefusal(await textloom(['train', file, ...flags], folder), { code: 2, says });
  });
});
