import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import type { Config } from '../../src/config/types.js';
import { configFolder, least } from './helpers.js';

const { write, load, refusal } = configFolder();
const auto = { type: 'auto', shards: 2, threads: 'auto' };

describe('an engine in one word', () => {
  it.each([
    ['auto', auto],
    ['typed-array', { type: 'typed-array', shards: 2, threads: 'auto' }],
    ['onnxruntime', { type: 'onnxruntime', provider: 'cpu', threads: 'auto' }],
  ])('is the section with that type: %s', (word, section) => {
    expect(load(`${least}engine: ${word}\n`).engine).toEqual(section);
    expect(load(least, [`engine=${word}`]).engine).toEqual(section);
  });

  it('is a value of a program too, and resolving again changes nothing', () => {
    const config: Config = { corpus: { path: 'text.txt' }, training: { epochs: 1 }, engine: 'auto' };
    const resolved = resolveConfig(config);
    expect(resolved.engine).toEqual(auto);
    expect(resolveConfig(resolved)).toEqual(resolved);
  });

  it('is merged with other files and flags', () => {
    write('base.yaml', `${least}engine: auto\n`);
    expect(load('extends: base.yaml\nengine: { threads: 3 }\n').engine).toEqual({ ...auto, threads: 3 });
    expect(load(least, ['engine.provider=webgpu', 'engine=onnxruntime']).engine).toMatchObject({ provider: 'webgpu' });
    expect(load(`${least}engine: { shards: 4 }\n`, ['engine=auto']).engine).toEqual({ ...auto, shards: 4 });
    expect(load(`${least}engine: { type: typed-array, shards: 4 }\n`, ['engine=auto']).engine).toEqual(auto);
  });

  it('is refused when it is unknown, with its position', () => {
    const message = refusal(`${least}engine: onnxruntim\n`);
    expect(message).toContain('config.yaml:5:9');
    expect(message).toContain(
      'engine.type is "onnxruntim" (did you mean onnxruntime?); allowed: typed-array, onnxruntime, auto',
    );
    expect(refusal(`${least}engine: 3\n`)).toContain('allowed: a map with type: one of typed-array, onnxruntime, auto');
  });
});

describe('engine auto', () => {
  it('has the shards that the typed-array engine would have, under the same rule', () => {
    expect(load(`${least}  batchSize: 9\nengine: auto\n`).engine).toEqual({ ...auto, shards: 1 });
    expect(refusal(`${least}  batchSize: 9\nengine: { type: auto, shards: 2 }\n`)).toContain('must divide it');
  });

  it('has no provider: it is chosen', () => {
    expect(refusal(`${least}engine: { type: auto, provider: webgpu }\n`)).toContain(
      'engine.provider is not a key when engine.type is "auto"',
    );
  });
});
