import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { type ConfigChange, changesAsYaml } from '../../../src/config/proposed-changes.js';
import type { ResolvedConfig } from '../../../src/config/types.js';
import {
  dropoutChanges,
  gateTimes,
  layersChange,
  lengthChanges,
  openForgetGates,
  openGates,
} from '../../../src/diagnose/findings/changes.js';

const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

function fileOf(text: string): string {
  const path = join(folder, `config-${++files}.yaml`);
  writeFileSync(path, text);
  return path;
}

/** The config of a file whose sections are given, and what becomes of it with the changes that are proposed for it. */
function changed(sections: string, propose: (config: ResolvedConfig) => readonly ConfigChange[]) {
  const path = fileOf(`corpus: { path: a.txt }\n${sections}\n`);
  const changes = propose(loadConfig(path));
  const byFlags = loadConfig(path, { set: changes.map(({ key, value }) => `${key}=${value}`) });
  const byFile = loadConfig(fileOf(`extends: ${path}\n${changesAsYaml(changes).join('\n')}\n`));
  expect({ ...byFile, name: '', output: '' }).toEqual({ ...byFlags, name: '', output: '' });
  return { ...byFlags, changes };
}

const dropouts = ({ model: { embedding, layers } }: ResolvedConfig) => [embedding, ...layers].map(({ dropout }) => dropout);

describe('dropout is changed in every place', () => {
  it.each([
    'model: { layers: 2, dropout: 0.5 }',
    'model: { layers: 2, dropout: 0.5, embedding: { dropout: 0.1 } }',
    'model: { layers: [{ type: lstm, size: 8, dropout: 0.5 }, { type: gru, size: 8 }] }',
    'model: { layers: 2, cell: { type: lstm, coupledGates: true }, embedding: { dropout: { word: 0.4 } } }',
    'model: { layers: [{ type: lstm, size: 8, dropout: { output: 0.3, weight: 0.5, span: window } }, { type: normalization }] }',
    'model: { embedding: { size: 8 }, layers: [{ type: transformer, heads: 2, dropout: 0.6 }] }',
  ])('%s', (model) => {
    for (const rate of [0, 0.3]) {
      const result = changed(model, (config) => dropoutChanges(config, rate));
      for (const found of dropouts(result)) expect(found).toBe(rate);
    }
  });

  it('and nothing else of the layers is', () => {
    const model = 'model: { layers: [{ type: lstm, size: 8, dropout: 0.5, coupledGates: true, zoneout: { h: 0.1 } }] }';
    const [before, after] = [[], undefined].map(
      (none) => changed(model, (config) => none ?? dropoutChanges(config, 0)).model.layers[0],
    );
    expect(after).toEqual({ ...before, dropout: 0 });
  });
});

it.each([
  ['training: { epochs: 40 }', undefined, 9],
  ['training: { steps: 900 }', 171, undefined],
  ['', undefined, 9],
])('the length of a training is changed in its unit: %s', (training, steps, epochs) => {
  const result = changed(training, (config) => lengthChanges(config, 171, 19)).training;
  expect([result.steps, result.epochs]).toEqual([steps, epochs]);
});

describe('gates that begin open', () => {
  it.each([
    ['model: { cell: { type: lstm } }', ['model.initialization.forgetBias']],
    ['model: { initialization: { chrono: 50 } }', ['model.initialization.chrono', 'model.initialization.forgetBias']],
    ['model: { cell: { type: lstm, forgetBias: -3 } }', ['model.layers']],
    [
      'model: { layers: [{ type: lstm, size: 8, forgetBias: -3 }, { type: lstm, size: 8 }] }',
      ['model.layers', 'model.initialization.forgetBias'],
    ],
    ['model: { cell: { type: gru } }', ['model.initialization.chrono']],
    ['model: { cell: { type: goru } }', []],
  ])('%s', (model, keys) => {
    const { changes, model: result } = changed(model, (config) => openGates(config, 40));
    expect(changes.map(({ key }) => key)).toEqual(keys);
    for (const layer of result.layers) if ('forgetBias' in layer) expect([undefined, 1]).toContain(layer.forgetBias);
  });

  it.each(['', 'model: { initialization: { forgetBias: 2 } }', 'model: { cell: { type: mingru } }'])(
    'or for the times that the text needs: %s',
    (model) => {
      const { initialization } = changed(model, (config) => gateTimes(config, 40)).model;
      expect([initialization.chrono, initialization.forgetBias]).toEqual([40, undefined]);
    },
  );

  it.each([
    'model: { cell: { type: rnn, nonlinearity: relu }, layers: 1, hiddenSize: 8 }',
    'model: { cell: { type: rnn, nonlinearity: relu }, hiddenSize: 8, initialization: { type: identity, scale: 0.5 } }',
    'model: { layers: [{ type: jordan, size: 8 }] }',
  ])('in an LSTM in the place of a plain layer: %s', (model) => {
    const lstm = (config: ResolvedConfig) => [
      layersChange(config.model.layers.map((layer) => ({ type: 'lstm', size: 'size' in layer ? layer.size : 8 }))),
      ...openForgetGates(config),
    ];
    const result = changed(model, lstm).model;
    expect(result.layers.every(({ type }) => type === 'lstm')).toBe(true);
    expect(result.initialization.forgetBias).toBe(1);
  });
});
