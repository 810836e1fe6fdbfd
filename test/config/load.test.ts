import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { configFolder, least, messageOf } from './helpers.js';

const { folder, write, load, refusal } = configFolder();

describe('a config file', () => {
  it('is read as YAML or JSON to the same config', () => {
    const yaml = load(least, [], 'same.yaml');
    const json = load('{"corpus": {"path": "text.txt"}, "training": {"epochs": 1}}', [], 'same.json');
    expect(json).toEqual(yaml);
  });

  it('gives the run its name, in characters for a directory, unless it states one', () => {
    expect(load(least, [], 'my run!.yaml')).toMatchObject({ name: 'my run-', output: 'runs/my run-' });
    expect(load(`name: other\n${least}`)).toMatchObject({ name: 'other', output: 'runs/other' });
    expect(load(`output: elsewhere\n${least}`)).toMatchObject({ name: 'config', output: 'elsewhere' });
  });

  it('may begin with a byte order mark', () => {
    expect(load(`\uFEFF${least}`)).toEqual(load(least));
  });

  it('resolves corpus paths relative to itself, and those of a flag relative to the current folder', () => {
    expect(load(least).corpus).toMatchObject({ path: join(folder, 'text.txt') });
    expect(load(least, ['corpus.path=mine.txt']).corpus).toMatchObject({ path: join(process.cwd(), 'mine.txt') });
  });

  it("resolves a tokenizer's path relative to itself, or that of a flag relative to the current folder", () => {
    const config = `${least}tokenizer: {type: bpe, file: tokenizer.json}\n`;
    expect(load(config).tokenizer).toEqual({ type: 'bpe', file: join(folder, 'tokenizer.json') });
    const flag = ['tokenizer.file=mine.json'];
    expect(load(config, flag).tokenizer).toEqual({ type: 'bpe', file: join(process.cwd(), 'mine.json') });
  });
});

describe('a file that is no config', () => {
  it.each<[name: string, content: string | Uint8Array, message: string]>([
    ['empty.yaml', '', 'empty.yaml: is empty'],
    ['comment.yaml', '# nothing\n', 'comment.yaml: is empty'],
    ['list.yaml', '- a\n', 'list.yaml: a config is a map of keys and values, as in {"seed": 1}; found a list'],
    ['word.yaml', 'word', 'word.yaml: a config is a map of keys and values, as in {"seed": 1}; found one value'],
    ['null.yaml', '~', 'null.yaml: a config is a map'],
    ['two.yaml', 'a: 1\n---\nb: 2\n', 'two.yaml:2:1: a second document begins here'],
    ['double.yaml', 'seed: 1\n\nseed: 2\n', 'double.yaml:3:1: "seed" is given twice; first on line 1'],
    ['double.json', '{"seed": 1,\n "seed": 2}', 'double.json:2:2: "seed" is given twice; first on line 1'],
    ['yaml.json', 'seed: 1', 'yaml.json: is YAML but not JSON'],
    ['broken.yaml', 'a: [1\n', 'broken.yaml:2:1: '],
    ['tab.yaml', '\tseed: 3\n', 'tab.yaml:1:1: Tabs are not allowed'],
    ['tag.yaml', 'seed: !!js/function "x"\n', 'tag.yaml:1:7: Unresolved tag'],
    ['number-key.yaml', '1: 2\n', 'number-key.yaml:1:1: a key must be text'],
    ['list-key.yaml', '? [a]\n: 3\n', 'list-key.yaml:1:3: a key must be text'],
    ['bell.yaml', '"\\u009b": 1\n"\\u009b": 2\n', 'bell.yaml:2:1: "\\u{9b}" is given twice'],
    ['alias.yaml', 'seed: *nobody\n', 'alias.yaml:1:7: '],
    ['nul.yaml', 'a:\n  b\0c: 3\n', 'nul.yaml: a NUL byte'],
    ['latin1.yaml', Uint8Array.of(97, 58, 10, 32, 0xe9, 10), 'latin1.yaml: invalid UTF-8, starting with the byte 0xe9'],
    ['cut.yaml', Uint8Array.of(97, 58, 10, 32, 0xe4, 0xb8), 'cut.yaml: the text ends in the middle of a UTF-8 character'],
    ['huge.yaml', '#'.repeat(1_100_000), 'huge.yaml: 1100000 bytes; a config has at most 262144'],
    ['text.txt', least, 'text.txt: a config file ends in .yaml, .yml or .json'],
  ])('%s is refused', (name, content, message) => {
    expect(refusal(content, [], name)).toContain(message);
  });

  it('is refused when it is missing, with the name of a similar file', () => {
    write('quickstart.yaml', least);
    expect(messageOf(() => loadConfig(join(folder, 'quikstart.yaml')))).toMatch(
      /no such file; did you mean quickstart\.yaml\?$/,
    );
    expect(messageOf(() => loadConfig(join(folder, 'zzz', 'zzz.yaml')))).toMatch(/no such file$/);
  });

  it('is refused when it is a directory, a device or a cycle of links', () => {
    symlinkSync('/dev/zero', join(folder, 'zero.yaml'));
    symlinkSync('circle.yaml', join(folder, 'circle.yaml'));
    symlinkSync('.', join(folder, 'folder.yaml'));
    expect(messageOf(() => loadConfig(join(folder, 'zero.yaml')))).toContain('not a regular file');
    expect(messageOf(() => loadConfig(join(folder, 'circle.yaml')))).toContain('leads to itself');
    expect(messageOf(() => loadConfig(join(folder, 'folder.yaml')))).toContain('a directory');
  });
});

describe('a hostile file', () => {
  const bomb = Array.from(
    { length: 9 },
    (_, i) => `k${i}: &k${i} [${i === 0 ? '1' : `*k${i - 1}`.concat(`, *k${i - 1}`.repeat(9))}]`,
  ).join('\n');

  it.each([
    ['flow brackets', '['.repeat(30_000), 'nested deeper than 32 levels'],
    ['maps in maps', '{a: '.repeat(20_000), 'nested deeper than 32 levels'],
    ['lists on one line', '- '.repeat(50_000), 'nested deeper than 32 levels'],
    ['keys in keys', '? '.repeat(50_000), 'nested deeper than 32 levels'],
    ['indentation', Array.from({ length: 60 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), 'nested deeper than 32 levels'],
    ['an alias bomb', bomb, 'more than 100 aliases'],
    ['an alias of itself', 'a: &a [*a]', 'nested deeper than 32 levels'],
    ['very many values', `seed: [${'1,'.repeat(20_000)}]`, 'more than 10000 values'],
    ['a key of JavaScript', '__proto__: {polluted: 1}\n', '__proto__ is not a key'],
    ['a key of JavaScript, deeper', 'training: {__proto__: {epochs: 1}}\n', 'training.__proto__ is not a key'],
    ['a constructor', 'constructor: {prototype: {polluted: 1}}\n', 'constructor is not a key'],
  ])('of %s is refused by its limit', (_, text, message) => {
    expect(refusal(text)).toContain(message);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('cannot control the terminal through a message', () => {
    const message = refusal(`"a\\e[31m\\u202E": 1\nname: "\\e]0;x\\a"\n${least}`);
    expect(message.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(message).toContain('\\u{1b}[31m');
  });
});

describe('extends', () => {
  it('inherits keys that are absent, from later files rather than earlier ones', () => {
    write('a.yaml', 'seed: 5\nmodel: {layers: 3, hiddenSize: 10}\n');
    write('b.yaml', 'model: {hiddenSize: 20}\n');
    const { seed, model } = load(`extends: [a.yaml, b.yaml]\nmodel: {dropout: 0.5}\n${least}`);
    const layer = { type: 'lstm', size: 20, dropout: 0.5 };
    expect({ seed, ...model }).toMatchObject({ seed: 5, embedding: { dropout: 0.5 }, layers: [layer, layer, layer] });
  });

  it('merges lists of maps of the same length element by element, and replaces others', () => {
    write('two.yaml', 'model: {layers: [{type: gru, reset: before, size: 5}, {type: lstm, size: 6}]}\n');
    const same = load(`extends: two.yaml\nmodel: {layers: [{size: 7}, {dropout: 0.5}]}\n${least}`).model.layers;
    expect(same).toEqual([
      { type: 'gru', reset: 'before', size: 7, dropout: 0, connection: 'none', normalization: 'none' },
      { type: 'lstm', size: 6, dropout: 0.5, connection: 'none', normalization: 'none', coupledGates: false, peepholes: false },
    ]);
    write('short.yaml', 'model: {cell: {type: gru}, layers: 3, hiddenSize: 10, dropout: 0.2}\n');
    const listed = 'model: {layers: [{type: rnn, size: 7}]}';
    const list = [{ type: 'rnn', size: 7, dropout: 0.2 }];
    expect(load(`extends: short.yaml\n${listed}\n${least}`).model.layers).toMatchObject(list);
    expect(load(`extends: short.yaml\n${least}`, ['model.layers=[{type: rnn, size: 7}]']).model.layers).toMatchObject(list);
    // In one file, both are a mistake.
    expect(refusal(`extends: short.yaml\nmodel: {hiddenSize: 3, layers: [{size: 7}]}\n${least}`)).toContain('model.hiddenSize');

    const other = load(`extends: two.yaml\nmodel: {layers: [{size: 7}]}\n${least}`).model.layers;
    expect(other).toEqual([
      { type: 'lstm', size: 7, dropout: 0, connection: 'none', normalization: 'none', coupledGates: false, peepholes: false },
    ]);
  });

  it('replaces the size of the embedding under either of its names, and keeps what else the embedding has', () => {
    write('one.yaml', 'model: {embeddingSize: 10}\n');
    write('other.yaml', 'model: {embedding: {size: 10, dropout: 0.3}}\n');
    const embeddingOf = (base: string, model: string, set: string[] = []) =>
      load(`extends: ${base}\n${model}\n${least}`, set).model.embedding;
    for (const [base, dropout] of [
      ['one.yaml', 0],
      ['other.yaml', 0.3],
    ] as const) {
      expect(embeddingOf(base, 'model: {embedding: {size: 20}}')).toEqual({ size: 20, dropout });
      expect(embeddingOf(base, 'model: {embeddingSize: 20}')).toEqual({ size: 20, dropout });
      expect(embeddingOf(base, '', ['model.embedding.size=20'])).toEqual({ size: 20, dropout });
      expect(embeddingOf(base, '', ['model.embeddingSize=20'])).toEqual({ size: 20, dropout });
      expect(embeddingOf(base, 'model: {embedding: {dropout: 0.1}}')).toEqual({ size: 10, dropout: 0.1 });
    }
    expect(refusal(`extends: one.yaml\nmodel: {embeddingSize: 2, embedding: {size: 3}}\n${least}`)).toContain(
      'leave one of them',
    );
  });

  it('replaces a map when its type changes, and merges it when not', () => {
    write('rmsprop.yaml', `${least}  optimizer: {type: rmsprop, decay: 0.5, learningRate: 0.7}\n`);
    expect(load('extends: rmsprop.yaml\ntraining: {optimizer: {decay: 0.6}}').training.optimizer).toMatchObject({
      learningRate: 0.7,
      decay: 0.6,
    });
    expect(load('extends: rmsprop.yaml\ntraining: {optimizer: {type: adam}}').training.optimizer).toMatchObject({
      learningRate: 0.001,
      beta1: 0.9,
    });
  });

  it('removes a key that is set to null, and only that', () => {
    write('seeded.yaml', `seed: 9\n${least}`);
    expect(load('extends: seeded.yaml\nseed:\n').seed).toBe(1);
    expect(refusal(`seed:\n${least}`)).toContain('config.yaml:1:6: seed is empty; allowed: a whole number');
  });

  it('does not inherit the name and output of another run', () => {
    write('run.yaml', `name: run\noutput: runs/run\n${least}`);
    expect(load('extends: run.yaml\n', [], 'child.yaml')).toMatchObject({ name: 'child', output: 'runs/child' });
  });

  it('keeps paths relative to the file that contains them', () => {
    const path = join(process.cwd(), 'configs', 'quickstart.yaml');
    expect(load(`extends: ${JSON.stringify(path)}\n`).corpus).toMatchObject({
      path: join(process.cwd(), 'corpora', 'fables.txt'),
    });
  });

  it('refuses a cycle and shows it', () => {
    write('one.yaml', 'extends: two.yaml\n');
    write('two.yaml', 'seed: 1\nextends: one.yaml\n');
    expect(refusal('extends: one.yaml\n')).toBe('two.yaml:2:10: extends forms a cycle: one.yaml > two.yaml > one.yaml');
    expect(refusal('extends: self.yaml\n', [], 'self.yaml')).toContain('self.yaml > self.yaml');
  });

  it('refuses files that double without end', () => {
    for (let i = 0; i < 10; i++) write(`d${i}.yaml`, i === 0 ? least : `extends: [d${i - 1}.yaml, d${i - 1}.yaml]\n`);
    expect(refusal('extends: d9.yaml\n')).toContain('builds on more than 64 files');
  });

  it('names the file of each problem, bases first', () => {
    write('wrong.yaml', 'seed: -1\n');
    expect(refusal(`extends: wrong.yaml\ntraining: {epochs: none}\ncorpus: {path: a}`)).toBe(
      'wrong.yaml:1:7: seed is -1; allowed: a whole number from 0 to 9007199254740991\n' +
        'config.yaml:2:20: training.epochs is "none"; allowed: a whole number from 1 to 1000000',
    );
  });

  it('refuses a base that is not a map, instead of ignoring it', () => {
    write('list.yaml', '- seed\n');
    expect(refusal(`extends: list.yaml\n${least}`)).toMatch(/^config\.yaml:1:10: extends list\.yaml: a config is a map/);
  });

  it('refuses a value that is not a path, and a missing file', () => {
    expect(refusal('extends: 3\n')).toBe('config.yaml:1:10: extends is a path or a list of paths, relative to this file');
    expect(refusal('extends: gone.yaml\n')).toMatch(/^config\.yaml:1:10: extends gone\.yaml: no such file/);
    write('between.yaml', 'seed: 1\nextends: [config.json, gone.yaml]\n');
    write('config.json', '{}');
    expect(refusal('extends: between.yaml\n')).toMatch(/^between\.yaml:2:24: extends gone\.yaml: no such file/);
  });
});
