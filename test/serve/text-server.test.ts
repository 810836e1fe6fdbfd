import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { isLoopback } from '../../src/serve/access.js';
import { type RunningServer, startServer } from './running-server.js';

let server: RunningServer;
afterEach(async () => {
  await server?.stop(0);
});

const KEY = 'a-key-that-nobody-knows';

describe('access', () => {
  it('needs the key, except for the page, the document and the health', async () => {
    server = await startServer({ key: KEY });
    const status = async (path: string, headers = {}) => (await fetch(server.url + path, { headers })).status;
    for (const path of ['/', '/openapi.json', '/health']) expect(await status(path)).toBe(200);
    for (const path of ['/v1/models', '/v1/models/characters', '/metrics']) {
      expect(await status(path)).toBe(401);
      expect(await status(path, { authorization: `Bearer ${KEY}` })).toBe(200);
    }
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as { components: object };
    expect(document.components).toMatchObject({ securitySchemes: { key: { type: 'http', scheme: 'bearer' } } });
  });

  it('never shows the key', async () => {
    server = await startServer({ key: KEY });
    const answer = await server.post('/v1/completions', { model: 'x' }, { authorization: `Bearer ${KEY}` });
    expect(await answer.text()).not.toContain(KEY);
    expect(JSON.stringify(server.records)).not.toContain(KEY);
  });

  it('allows no other site to read an answer', async () => {
    server = await startServer();
    const { headers } = await fetch(`${server.url}/v1/models`, { headers: { origin: 'https://attacker.example' } });
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each([
    ['127.0.0.1', true],
    ['127.8.9.1', true],
    ['::1', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['::', false],
    ['192.168.1.5', false],
    ['localhost.attacker.example', false],
    ['127.0.0.1.attacker.example', false],
    ['', false],
  ])('knows which addresses only this machine can reach: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});

describe('limits', () => {
  it('refuse a request above their number, and say when to come again', async () => {
    server = await startServer({ limits: { requests: 1 } });
    const { scheduler } = server.served.get('characters')!;
    const long = { model: 'characters', prompt: 'so', max_tokens: 4096, stream: true };
    const first = await server.post('/v1/completions', long);
    await expect.poll(() => scheduler.active + scheduler.waiting).toBe(1);
    const second = await server.post('/v1/completions', long);
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await second.json()).toMatchObject({ error: { type: 'rate_limit_error', code: 'too_many_requests' } });
    await first.body!.cancel();
    await expect.poll(() => scheduler.active + scheduler.waiting).toBe(0);
    expect((await server.post('/v1/completions', { ...long, max_tokens: 2 })).status).toBe(200);
  });

  it('close connections above their number', async () => {
    server = await startServer({ limits: { connections: 2 } });
    const port = Number(new URL(server.url).port);
    const open = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    for (const socket of open) await once(socket, 'connect');
    const third = connect(port, '127.0.0.1').on('error', () => {});
    await once(third, 'close');
    for (const socket of open) {
      expect(socket.destroyed).toBe(false);
      socket.destroy();
    }
    await expect.poll(async () => (await fetch(`${server.url}/health`).catch(() => undefined))?.status).toBe(200);
  });

  it('keep a text from running ahead of a client that does not read', async () => {
    server = await startServer({ limits: { outputTokens: 100_000_000 } });
    const { scheduler } = server.served.get('characters')!;
    const body = { model: 'characters', prompt: 'so', max_tokens: 100_000_000, n: 6, stream: true, logprobs: 5 };
    const response = await server.post('/v1/completions', body);
    // At once: `fetch` cancels a body that nobody reads when its response has been collected as garbage.
    const reader = response.body!.getReader();
    // What was sent fills the buffers of the connection; then all texts wait, and it stays so.
    let still = 0;
    const wait = () => {
      still = scheduler.active === 0 && scheduler.waiting === 6 ? still + 1 : 0;
      return still;
    };
    await expect.poll(wait, { interval: 20 }).toBeGreaterThan(10);
    // They continue when the client reads.
    const goesOn = async () => {
      await reader.read();
      return scheduler.active > 0;
    };
    await expect.poll(goesOn, { interval: 0 }).toBe(true);
    await reader.cancel();
    await expect.poll(() => scheduler.active + scheduler.waiting).toBe(0);
  });

  it('end an answer that takes too long, also within a stream', async () => {
    server = await startServer({ limits: { answerSeconds: 1, outputTokens: 100_000_000 } });
    const long = { model: 'characters', prompt: 'so', max_tokens: 100_000_000 };
    const whole = await server.post('/v1/completions', long);
    expect([whole.status, await whole.json()]).toMatchObject([504, { error: { type: 'server_error', code: 'timeout' } }]);
    const streamed = await server.client.completions.create({ ...long, stream: true });
    const read = async () => {
      for await (const { choices } of streamed) expect(choices).toHaveLength(1);
    };
    await expect(read()).rejects.toThrow('within 1 s');
    const { scheduler } = server.served.get('characters')!;
    await expect.poll(() => scheduler.active + scheduler.waiting).toBe(0);
  });
});

describe('stopping', () => {
  it('finishes what runs and refuses what comes, on connections that stay open as well', async () => {
    server = await startServer();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(socket, 'connect');
    const stream = await server.client.completions.create({
      model: 'characters',
      prompt: 'so',
      max_tokens: 3000,
      stream: true,
    });
    let stopped: Promise<void> | undefined;
    let [tokens, answer] = [0, ''];
    socket.setEncoding('utf8').on('data', (piece) => (answer += piece));
    for await (const { choices } of stream) {
      tokens += choices[0]!.text.length;
      if (stopped !== undefined) continue;
      stopped = server.stop(60);
      socket.write('GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n');
    }
    expect(tokens).toBe(3000);
    await stopped;
    if (answer !== '') expect(answer).toMatch(/^HTTP\/1.1 503 /);
    await expect(fetch(server.url)).rejects.toThrow();
  });

  it('aborts what does not finish in time', async () => {
    server = await startServer({ limits: { outputTokens: 100_000_000 } });
    const body = { model: 'characters', prompt: 'so', max_tokens: 100_000_000, stream: true } as const;
    const read = async () => {
      for await (const _ of await server.client.completions.create(body)) await server.stop(0.1);
    };
    await expect(read()).rejects.toThrow('stopping');
  });
});

describe('what is counted and logged', () => {
  it('is each request with its tokens, and no text', async () => {
    server = await startServer();
    const body = { model: 'characters', prompt: 'the fox', max_tokens: 5 };
    await server.client.completions.create(body);
    for await (const _ of await server.client.completions.create({ ...body, stream: true })) _.choices;
    await fetch(`${server.url}/no/such/path?prompt=secret`);
    await server.post('/v1/perplexity', { model: 'characters', input: 'the fox' });
    const [first, second, third, fourth] = server.records;
    const completion = { method: 'POST', route: '/v1/completions', status: 200, model: 'characters' };
    expect(first).toMatchObject({ ...completion, usage: { prompt: 7, completion: 5 } });
    expect(second).toMatchObject({ ...completion, usage: { prompt: 7, completion: 5 } });
    expect(third).toMatchObject({ method: 'GET', route: 'unknown', status: 404, error: 'unknown_url' });
    expect(fourth).toMatchObject({ route: '/v1/perplexity', usage: { prompt: 7, completion: 0 } });
    expect(JSON.stringify(server.records)).not.toMatch(/fox|secret/);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    for (const line of [
      'textloom_requests_total{route="/v1/completions",status="200"} 2',
      'textloom_requests_total{route="unknown",status="404"} 1',
      'textloom_prompt_tokens_total{model="characters"} 21',
      'textloom_completion_tokens_total{model="characters"} 10',
      'textloom_request_seconds_count{route="/v1/completions"} 2',
      'textloom_request_seconds_bucket{route="/v1/completions",le="+Inf"} 2',
      'textloom_first_event_seconds_count{model="characters"} 1',
      'textloom_rows_active{model="characters"} 0',
      'textloom_requests_running 0',
    ])
      expect(metrics.split('\n')).toContain(line);
  });

  it('shows a bug to the operator, and to the client only that there is one', async () => {
    server = await startServer();
    const { model } = server.served.get('characters')!;
    Object.defineProperty(model.tokenizer, 'encode', {
      value: () => {
        throw new Error('a secret of the program');
      },
    });
    const response = await server.post('/v1/completions', { model: 'characters', prompt: 'so' });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
    expect(server.bugs).toMatchObject([{ message: 'a secret of the program' }]);
  });
});
