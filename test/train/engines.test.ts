import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ResolvedConfig } from '../../src/config/types.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { type Settings, smallConfig, train } from './run-fixture.js';

const onOnnxRuntime = (config: ResolvedConfig): ResolvedConfig => ({
  ...config,
  engine: { type: 'onnxruntime', provider: 'cpu', threads: 2 },
});

const curves: [string, Settings, Record<string, unknown>][] = [
  ['adam, dropout, clipping by norm', {}, {}],
  ['rmsprop, tied, clipping by value', { optimizer: { type: 'rmsprop' }, clipping: { type: 'value' } }, { tieWeights: true }],
];

describe('the two engines', () => {
  test.each(curves)('train alike over 200 steps: %s', async (_, training, model) => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, { epochs: 9, ...training }, model);
    const losses = async (name: string, engine: ResolvedConfig) => {
      const events = await train(engine, join(folder, name));
      return events.flatMap((event) => (event.type === 'step' || event.type === 'validation' ? [event.loss] : []));
    };
    const expected = await losses('typed-array', config);
    const actual = await losses('onnxruntime', onOnnxRuntime(config));
    expect(expected.length).toBeGreaterThan(200);
    expect(actual.length).toBe(expected.length);
    expect(Math.max(...actual.map((loss, i) => Math.abs(loss - expected[i]!)))).toBeLessThan(1e-3);
  });

  test("can resume each other's runs, with a notice", async () => {
    const folder = temporaryFolder();
    const config = smallConfig(folder);
    const whole = await train(config, join(folder, 'whole'));
    const directory = join(folder, 'pieces');
    const notices: string[] = [];
    const steps: number[] = [];
    for (const [piece, engine] of [config, onOnnxRuntime(config), config].entries()) {
      let left = piece === 2 ? 1000 : 7;
      const events = await train(engine, directory, {
        start: piece === 0 ? 'new' : 'resume',
        stopRequested: () => left-- === 0,
        onNotice: (notice) => void notices.push(notice),
      });
      for (const event of events) if (event.type === 'step') steps.push(event.loss);
    }
    const expected = whole.flatMap((event) => (event.type === 'step' ? [event.loss] : []));
    expect(steps.length).toBe(expected.length);
    expect(Math.max(...steps.map((loss, i) => Math.abs(loss - expected[i]!)))).toBeLessThan(1e-3);
    expect(notices).toEqual([
      'resuming with engine.type = "onnxruntime" (it was "typed-array"): from here on the last bits differ from those of one engine',
      'resuming with engine.type = "typed-array" (it was "onnxruntime"): from here on the last bits differ from those of one engine',
    ]);
  });
});
