import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import type { ResolvedConfig } from '../../src/config/types.js';
import type { EngineEvent, TrainingEvent } from '../../src/train/events.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { resultOf, smallConfig, train } from './run-fixture.js';

const withAuto = (config: ResolvedConfig): ResolvedConfig => ({ ...config, engine: { type: 'auto', shards: 4, threads: 1 } });
const engineEvents = (events: readonly TrainingEvent[]) =>
  events.filter((event): event is EngineEvent => event.type === 'engine');

describe('engine auto', () => {
  test('is the fastest of those measured, said before the start, written down, and the same bits as its name', async () => {
    const folder = temporaryFolder();
    const config = smallConfig(folder);
    const events = await train(withAuto(config), join(folder, 'auto'));
    expect(events.map(({ type }) => type).slice(0, 2)).toEqual(['engine', 'start']);
    const [{ engine, tokensPerSecond, threads, others } = {} as EngineEvent, ...more] = engineEvents(events);
    expect(more).toEqual([]);
    expect(threads).toBe(1);
    expect([engine, ...others.map((other) => other.engine)].toSorted()).toEqual([
      'onnxruntime (cpu)',
      'onnxruntime (webgpu)',
      'typed-array',
    ]);
    for (const other of others) expect(other.tokensPerSecond ?? 0).toBeLessThan(tokensPerSecond);
    expect(events[1]).toMatchObject({ engine, threads: 1 });

    const written = loadConfig(join(folder, 'auto/config.yaml'));
    expect(written.engine.type).toBe(engine.split(' ')[0]);
    await train({ ...config, engine: written.engine }, join(folder, 'named'));
    expect(resultOf(join(folder, 'auto'))).toEqual(resultOf(join(folder, 'named')));
    expect(readFileSync(join(folder, 'auto/config.yaml'), 'utf8')).toBe(
      readFileSync(join(folder, 'named/config.yaml'), 'utf8'),
    );
  });

  test.each(['typed-array', 'onnxruntime'] as const)('is kept when a run is resumed: %s', async (type) => {
    const folder = temporaryFolder();
    const config = smallConfig(folder);
    const engine = type === 'typed-array' ? config.engine : ({ type, provider: 'cpu', threads: 1 } as const);
    const directory = join(folder, 'run');
    let left = 4;
    await train({ ...config, engine }, directory, { stopRequested: () => left-- === 0 });
    const notices: string[] = [];
    const onNotice = (notice: string) => void notices.push(notice);
    const events = await train(withAuto(config), directory, { start: 'resume', onNotice });
    const name = type === 'typed-array' ? type : 'onnxruntime (cpu)';
    expect(engineEvents(events)).toEqual([]);
    expect(events[0]).toMatchObject({ type: 'start', step: 4, engine: name });
    expect(notices).toEqual([`engine: ${name}, as in this run; choose another with --engine`]);
    expect(loadConfig(join(directory, 'config.yaml')).engine.type).toBe(type);
  });
});
