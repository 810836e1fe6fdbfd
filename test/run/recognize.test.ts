import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describeNoConfig, describeNoModel } from '../../src/run/recognize.js';

const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const put = (name: string, content: string | Uint8Array) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const safetensors = Buffer.concat([Buffer.of(2, 0, 0, 0, 0, 0, 0, 0), Buffer.from('{}')]);
const model = put('runs/plays/model.safetensors', safetensors);
const log = put('runs/plays/metrics.jsonl', '{"type":"step"}\n');
const resolved = put('runs/plays/config.yaml', 'seed: 1\n');
put('runs/sonnets/config.yaml', 'seed: 1\n');
const checkpoint = put('runs/sonnets/checkpoints/step-00000005.safetensors', safetensors);
const text = put('my plays.txt', 'First Citizen:\n'.repeat(1000));
const config = put('plays.yaml', 'corpus: { path: plays.txt }\n');
mkdirSync(join(folder, 'empty'));
const at = (name: string) => join(folder, name);

describe('a path that is not a model', () => {
  it.each([
    ['a text', text, `${text} is a text, not a model. Write a config for it with textloom init --corpus '${text}'`],
    [
      'a config',
      config,
      `${config} is a config, not a model. Train it with textloom train ${config}, then give its run directory (runs/plays`,
    ],
    ['a config in JSON', put('plays.json', '{"corpus": {}}'), 'plays.json is a config, not a model'],
    ['a log', log, `${log} is a file of the run in ${at('runs/plays')}: give the folder`],
    ['the config of a run', resolved, `is a file of the run in ${at('runs/plays')}`],
    ['a config by its other name', put('plays.YML', 'seed: 1 # of plays\n'), 'plays.YML is a config, not a model'],
    ['a config in JSON that extends another', put('own.json', '{"extends": "a.yaml"}'), 'own.json is a config, not a model'],
    ['a tokenizer of a run', put('runs/plays/tokenizer.json', '{"model": {}}'), `is a file of the run in ${at('runs/plays')}`],
    ['a pickle', put('model.pt', 'PK\x03\x04rest'), 'model.pt is what torch.save writes, a pickle'],
    ['an old pickle', put('old.pt', Buffer.of(0x80, 2, 0x7d)), 'old.pt is what torch.save writes, a pickle'],
    ['a text of eight bytes', put('eight.txt', 'abcdefgh'), 'eight.txt is a text'],
    [
      'a text that is cut within a character',
      put('cut.txt', Buffer.from('à'.repeat(3000)).subarray(0, 4095)),
      'cut.txt is a text',
    ],
    [
      'a run that has written neither',
      dirname(put('apart/begun/config.yaml', 'seed: 1\n')),
      'that has no model and no checkpoint yet',
    ],
    ['a folder of runs', at('runs'), `is a folder of runs; give one of them: ${at('runs/plays')}, ${at('runs/sonnets')}`],
    ['the folder above it', folder, `is a folder of runs; give one of them: ${at('runs/plays')}, ${at('runs/sonnets')}`],
    ['a run without a model', at('runs/sonnets'), `its newest checkpoint can be used: ${checkpoint}`],
    ['a folder', at('empty'), 'is a folder without a run: a model file or a run directory is expected'],
  ])('is recognized: %s', (_, path, message) => {
    expect(describeNoModel(path)).toContain(message);
  });

  it.each([
    ['a model', model],
    ['a run directory', at('runs/plays')],
    ['nothing', at('nothing')],
    ['bytes', put('bytes', Buffer.alloc(100))],
    ['bytes that are not UTF-8', put('latin', Buffer.from('d\xe9j\xe0 vu, encore une fois', 'latin1'))],
    ['seven bytes, too few for a model or a text', put('seven', '{"a":1}')],
    ['JSON that is not a config', put('other.json', '{"corpora": [1, 2, 3]}')],
    ['a file with the name of one of a run, but in no run', put('apart/tokenizer.json', '{"model": {}}')],
    ['an empty file', put('void', '')],
  ])('is left to the reader: %s', (_, path) => {
    expect(describeNoModel(path)).toBeUndefined();
  });

  it('lists ten runs of many', () => {
    for (let i = 10; i < 20; i++) put(`many/run${i}/config.yaml`, 'seed: 1\n');
    expect(describeNoModel(at('many'))).toMatch(/run10, .*run19$/);
    for (let i = 20; i < 25; i++) put(`many/run${i}/config.yaml`, 'seed: 1\n');
    expect(describeNoModel(at('many'))).toMatch(/run10, .*run19 and 5 more$/);
  });
});

describe('a path that is not a config', () => {
  it.each([
    [
      'a text',
      text,
      `${text} is a text, not a config (.yaml, .yml or .json). Write a config for it with textloom init --corpus '${text}' and train that`,
    ],
    ['a model', model, `is a model, not a config. Its run is continued with textloom train ${at('runs/plays')} --resume`],
    ['a checkpoint', checkpoint, `textloom train ${at('runs/sonnets')} --resume`],
    ['a folder of runs', at('runs'), `${at('runs/sonnets')}; to continue one, give it with --resume`],
    ['a folder', at('empty'), 'is a folder without a run: a config file or a run directory is expected'],
    ['a model that is in no run', put('alone/m.safetensors', safetensors), /is a model, not a config$/],
  ])('is recognized: %s', (_, path, message) => {
    if (typeof message === 'string') expect(describeNoConfig(path)).toContain(message);
    else expect(describeNoConfig(path)).toMatch(message);
  });

  it.each([
    ['a config', config],
    ['a pickle', at('model.pt')],
    ['a run directory', at('runs/plays')],
    ['a run directory without a model', at('runs/sonnets')],
    ['nothing', at('nothing')],
  ])('is left to the reader: %s', (_, path) => {
    expect(describeNoConfig(path)).toBeUndefined();
  });
});
