import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import { type Checkpoint, writeCheckpoint } from '../../src/run/checkpoint.js';
import { writeModelFile } from '../../src/run/model-file.js';
import { diskForecast } from '../../src/train/forecast-disk.js';
import { temporaryFolder } from '../files/temporary-folder.js';

const tensor = (name: string, length: number) => ({ name, shape: [length], data: new Float32Array(length) });
const checkpoint: Checkpoint = {
  config: { name: 'fables' },
  tokenizer: { type: 'character', tokens: ['a', 'é'] },
  parameters: [tensor('encoder.weight', 3000), tensor('decoder.bias', 10)],
  training: { step: 3 },
  trainer: { step: 3, metricsLength: 1000 },
  optimizer: [tensor('mean.encoder.weight', 3000), tensor('mean.decoder.bias', 10)],
  state: [tensor('h.0', 500)],
};
const config = resolveConfig({ corpus: { path: 'a.txt' }, training: { steps: 95, checkpoints: { keep: 3 } } });
const forecast = (change: object = {}) => diskForecast({ checkpoint, config, steps: 95, validations: 4, free: 123, ...change });

describe('the forecast of the disk space of a run', () => {
  it('has the sizes of a checkpoint and of a model, within five percent', () => {
    const folder = temporaryFolder();
    writeCheckpoint(join(folder, 'checkpoint'), checkpoint);
    writeModelFile(join(folder, 'model'), checkpoint);
    const found = forecast();
    expect(found.checkpoint / statSync(join(folder, 'checkpoint')).size).toBeCloseTo(1, 1);
    expect(found.model / statSync(join(folder, 'model')).size).toBeCloseTo(1, 1);
  });

  it('adds them up: checkpoints at once, two models, and a line of metrics for ten steps and for each validation', () => {
    const { total, checkpoints, metrics, model, checkpoint: one } = forecast();
    expect([checkpoints, metrics]).toEqual([5, 130 * (10 + 4)]);
    expect(total).toBe(5 * one + 2 * model + metrics);
    expect(forecast({ validations: 0 })).toMatchObject({ checkpoints: 4, metrics: 1300 });
    expect(forecast({ validations: 1 }).checkpoints).toBe(5);
  });

  it('has the free space where the system says it', () => {
    expect(forecast().free).toBe(123);
    expect(forecast({ free: 0 }).free).toBe(0);
    expect(forecast({ free: undefined })).not.toHaveProperty('free');
  });
});
