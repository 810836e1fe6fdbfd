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
    ['a pickle', put('model.pt', 'PK\x03\x04rest'), 'model.pt is what torch.save writes, a pickle'],
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
    ['an empty file', put('void', '')],
  ])('is left to the reader: %s', (_, path) => {
    expect(describeNoModel(path)).toBeUndefined();
  });

  it('lists ten runs of many', () => {
    for (let i = 10; i < 25; i++) put(`many/run${i}/config.yaml`, 'seed: 1\n');
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
    ['a folder', at('empty'), 'is a folder without a run'],
  ])('is recognized: %s', (_, path, message) => {
    expect(describeNoConfig(path)).toContain(message);
  });

  it.each([
    ['a config', config],
    ['a run directory', at('runs/plays')],
    ['nothing', at('nothing')],
  ])('is left to the reader: %s', (_, path) => {
    expect(describeNoConfig(path)).toBeUndefined();
  });
});
