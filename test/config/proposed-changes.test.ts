import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { changesAsFlags, changesAsYaml } from '../../src/config/proposed-changes.js';

const layers = { key: 'model.layers', value: '[{"type":"lstm","size":48},{"type":"gru","size":8}]' };
const bias = { key: 'model.initialization.forgetBias', value: '1' };
const rate = { key: 'training.optimizer.learningRate', value: '0.01' };

describe('changes of a config', () => {
  it('are lines of a file, in which neighbours share their sections', () => {
    expect(changesAsYaml([layers, bias, rate])).toEqual([
      'model:',
      '  layers: [{"type":"lstm","size":48},{"type":"gru","size":8}]',
      '  initialization:',
      '    forgetBias: 1',
      'training:',
      '  optimizer:',
      '    learningRate: 0.01',
    ]);
  });

  it('have no lines where one is in a list', () => {
    expect(changesAsYaml([rate, { key: 'model.layers.1.dropout', value: '0.2' }])).toEqual([]);
  });

  it('are flags that a shell passes on as they are', () => {
    const flags = changesAsFlags([layers, bias, { key: 'name', value: "a 'b' $HOME" }]);
    const command = ['node', '-e', "'console.log(JSON.stringify(process.argv.slice(1)))'", '--', ...flags].join(' ');
    expect(JSON.parse(execFileSync('bash', ['-c', command], { encoding: 'utf8' }))).toEqual([
      '--set',
      `model.layers=${layers.value}`,
      '--set',
      'model.initialization.forgetBias=1',
      '--set',
      "name=a 'b' $HOME",
    ]);
  });
});
