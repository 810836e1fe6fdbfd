/** The page for people, and the files of models that it gets. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { openModelBytes } from '../../src/run/opened-model.js';
import { createGenerator, type TextGenerator } from '../../src/sample/generate.js';
import { type RunningServer, startServer } from './running-server.js';

let server: RunningServer;
afterEach(async () => {
  await server?.stop(0);
});

const KEY = 'a-key-that-nobody-knows';
const fileOf = (name: string, init: RequestInit = {}) => fetch(`${server.url}/v1/models/${name}/file`, init);
const dataOf = (html: string) => JSON.parse(/<script type="application\/json" id="page-data">(.*?)<\/script>/s.exec(html)![1]!);

async function textOf(generator: TextGenerator): Promise<string> {
  let text = '';
  const options = { temperature: 0.8, seed: 5, maximumTokens: 80 };
  for await (const piece of generator.generate(await generator.read(''), options)) text += piece;
  return text;
}

describe('the page', () => {
  it('loads nothing but from its server, and no other page can show it', async () => {
    server = await startServer({ names: ['characters', 'words'] });
    const { headers, status } = await fetch(server.url);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = headers.get('content-security-policy')!;
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[\w+/=]+' 'wasm-unsafe-eval'; style-src 'sha256-[\w+/=]+'; img-src data:;/,
    );
    expect(policy).toMatch(
      /; worker-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    expect([headers.get('referrer-policy'), headers.get('x-content-type-options')]).toEqual(['no-referrer', 'nosniff']);
  });

  it('has no model, so that a browser may keep it, and everyone may see it', async () => {
    server = await startServer({ key: KEY });
    const response = await fetch(server.url);
    const html = await response.text();
    expect(dataOf(html)).toEqual({
      source: {
        type: 'server',
        needsKey: true,
        models: '/v1/models',
        file: '/v1/models/{model}/file',
        completions: '/v1/completions',
      },
    });
    const etag = response.headers.get('etag')!;
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const again = await fetch(server.url, { headers: { 'if-none-match': `"other", W/${etag}` } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const head = await fetch(server.url, { method: 'HEAD' });
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, etag, '']);
  });

  it('is absent with its files where the server is without it', async () => {
    server = await startServer({ hasPage: false });
    for (const path of ['/', '/v1/models/characters/file']) {
      const response = await fetch(server.url + path);
      expect([response.status, await response.json()]).toMatchObject([404, { error: { code: 'unknown_url' } }]);
    }
    const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: object };
    expect(Object.keys(paths)).toContain('/v1/models');
    expect(Object.keys(paths)).not.toContain('/v1/models/{model}/file');
    expect(Object.keys(paths)).not.toContain('/');
  });
});

describe('the file of a model', () => {
  it.each(['characters', 'words', 'bytes', 'documents', 'bidirectional'] as const)(
    'writes what the server writes: %s',
    async (name) => {
      server = await startServer({ names: [name] });
      const response = await fileOf(name);
      const bytes = new Uint8Array(await response.arrayBuffer());
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
      expect(response.headers.get('content-length')).toBe(String(bytes.length));
      const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
      const model = openModelBytes(bytes, engine);
      expect(model.backward).toBeUndefined();
      expect(await textOf(createGenerator({ model, engine }))).toBe(await textOf(server.generators.get(name)!));
      engine.close();
      expect(server.records[0]).toMatchObject({ route: '/v1/models/{model}/file', status: 200, model: name });
    },
  );

  it('is sent once to a browser that keeps it, and not at all for HEAD', async () => {
    server = await startServer();
    const first = await fileOf('characters');
    const { length } = new Uint8Array(await first.arrayBuffer());
    const etag = first.headers.get('etag')!;
    expect(first.headers.get('cache-control')).toBe('no-cache');
    expect((await fileOf('characters', { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await fileOf('characters', { headers: { 'if-none-match': '"another"' } })).status).toBe(200);
    const head = await fileOf('characters', { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, String(length), '']);
    expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('textloom_requests_running 0');
  });

  it('needs the key, and is then stored nowhere', async () => {
    server = await startServer({ key: KEY });
    expect((await fileOf('characters')).status).toBe(401);
    const { status, headers } = await fileOf('characters', { headers: { authorization: `Bearer ${KEY}` } });
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
  });

  it('is refused to other sites', async () => {
    server = await startServer();
    const { headers } = await fileOf('characters', { headers: { origin: 'https://attacker.example' } });
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('does not exist for a model that a page cannot compute, and says why', async () => {
    server = await startServer({ names: ['backward'] });
    const response = await fileOf('backward');
    expect([response.status, await response.json()]).toMatchObject([
      404,
      { error: { code: 'model_not_in_page', message: expect.stringContaining('backward reads backward') } },
    ]);
    expect((await fileOf('other')).status).toBe(404);
    expect(server.bugs).toEqual([]);
  });

  it('counts as a request while it is sent, and ends when its client leaves or its time is up', async () => {
    server = await startServer({ names: ['large'], limits: { requests: 1, answerSeconds: 2 } });
    const printed = [vi.spyOn(console, 'error'), vi.spyOn(console, 'info')];
    const left = await fileOf('large');
    expect((await fileOf('large')).status).toBe(429);
    await left.body!.cancel();
    await expect.poll(() => server.records.some(({ status }) => status === 499)).toBe(true);
    const slow = await fileOf('large');
    await expect.poll(() => server.records.at(-1)?.status).toBe(504);
    await expect(slow.arrayBuffer()).rejects.toThrow();
    const whole = await fileOf('large');
    expect((await whole.arrayBuffer()).byteLength).toBe(Number(whole.headers.get('content-length')));
    expect(server.records.map(({ status }) => status)).toEqual([429, 499, 504, 200]);
    expect(server.bugs).toEqual([]);
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});
