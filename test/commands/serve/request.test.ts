import { describe, expect, it } from 'vitest';
import type { ServeArguments } from '../../../src/commands/serve/arguments.js';
import { serveRequest } from '../../../src/commands/serve/request.js';
import { limitDeclarations } from '../../../src/serve/limits.js';

const request = (flags: Record<string, unknown> = {}, key?: string) =>
  serveRequest({ models: ['runs/a'], withoutKey: false, withoutPage: false, ...flags } as unknown as ServeArguments, key);

describe('the request of serve', () => {
  it('has this machine, one thread and all limits by default', () => {
    const { host, port, key, rows, threads, limits, stopSeconds, log } = request();
    expect([host, port, key, rows, threads, stopSeconds, log]).toEqual(['127.0.0.1', 8080, undefined, 32, 1, 10, 'text']);
    expect(limits).toEqual(Object.fromEntries(limitDeclarations.map(({ name, usual }) => [name, usual])));
  });

  it.each(limitDeclarations)('takes the limit $name from --$flag', ({ name, flag, usual }) => {
    expect(request({ [flag]: '7' }).limits).toEqual({ ...request().limits, [name]: 7 });
    expect(usual).not.toBe(7);
    for (const wrong of ['0', '-1', '1.5', 'many', '1e300']) expect(() => request({ [flag]: wrong })).toThrow(`--${flag}`);
  });

  it('has a page unless told otherwise', () => {
    expect([request().hasPage, request({ withoutPage: true }).hasPage]).toEqual([true, false]);
  });

  it('names models by their folders and files', () => {
    const models = ['runs/a', 'runs/b/model.safetensors', 'c.onnx', './d.e.safetensors', 'runs/f/'];
    expect(request({ models }).models.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd.e', 'f']);
    expect(() => request({ models: ['x/a', 'y/a'] })).toThrow('x/a and y/a would both be named a');
  });

  it('has the key of the environment, which allows any address', () => {
    const key = '0123456789abcdef';
    expect(request({ host: '0.0.0.0' }, key)).toMatchObject({ host: '0.0.0.0', key });
    expect(() => request({ host: '::' })).toThrow('there is no key');
    expect(() => request({ host: 'example.org' })).toThrow('there is no key');
    expect(() => request({}, 'short')).toThrow('the variable TEXTLOOM_API_KEY: a key has');
    expect(() => request({ apiKeyFile: 'key.txt' }, key)).toThrow('give one of them');
    expect(() => request({ host: '' })).toThrow('--host is empty');
  });
});
