/** Requests that are wrong in some way: each gets an error in OpenAI's form with the right status, and the server goes on. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorAnswer } from '../../src/serve/answer-schemas.js';
import { type RunningServer, startServer } from './running-server.js';

const KEY = 'a-key-that-nobody-knows';
const authorization = `Bearer ${KEY}`;
let server: RunningServer;
beforeAll(async () => {
  server = await startServer({
    names: ['characters', 'words', 'backward'],
    key: KEY,
    limits: { arrivalSeconds: 1, texts: 8, inputTokens: 3000 },
  });
});
afterAll(async () => {
  await server.stop();
  expect(server.bugs).toEqual([]);
});

/** After each bad request a good one is answered. */
async function expectAlive(): Promise<void> {
  const answer = await server.client.completions.create({ model: 'characters', prompt: 'so', max_tokens: 2 });
  expect(answer.choices[0]!.text).toHaveLength(2);
}

async function expectError(response: Response, status: number, message: string | RegExp, param?: string | null) {
  const text = await response.text();
  expect([response.status, text]).toEqual([status, expect.stringMatching(/^\{"error":/)]);
  const { error } = errorAnswer.strict().parse(JSON.parse(text));
  expect(error.message).toMatch(message);
  if (param !== undefined) expect(error.param).toBe(param);
  expect(error.message).not.toContain('    at ');
  await expectAlive();
}

const completion = (more: object) => ({ model: 'characters', prompt: 'so', ...more });

describe('a completion', () => {
  it.each<[string, unknown, number, string | RegExp, string | null]>([
    ['no body', '', 400, 'not JSON', null],
    ['broken JSON', '{"model": "characters"', 400, 'not JSON', null],
    ['JSON of another type', '[]', 400, /object/, null],
    ['null', 'null', 400, /object/, null],
    ['a number', '1e999', 400, /object/, null],
    ['deep nesting', '['.repeat(100_000), 400, 'not JSON', null],
    ['deep nesting that is closed', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 400, /object/, null],
    ['no model', { prompt: 'so' }, 400, 'model', 'model'],
    ['a model of another type', { model: 5, prompt: 'so' }, 400, 'model', 'model'],
    ['an unknown model', completion({ model: 'gpt' }), 404, 'no model "gpt"', 'model'],
    ['a path as the model', completion({ model: '../../etc/passwd' }), 404, 'no model', 'model'],
    ['a long name', completion({ model: 'x'.repeat(2000) }), 400, 'model', 'model'],
    ['__proto__ as the model', completion({ model: '__proto__' }), 404, 'no model', 'model'],
    ['a prompt of another type', completion({ prompt: 5 }), 400, 'prompt', 'prompt'],
    ['a prompt that is a map', completion({ prompt: { text: 'so' } }), 400, 'prompt', 'prompt'],
    ['a mixed prompt', completion({ prompt: ['so', 1] }), 400, 'prompt', 'prompt'],
    ['no prompts', completion({ prompt: [] }), 400, 'prompt', 'prompt'],
    ['an empty list of tokens', completion({ prompt: [[]] }), 400, 'prompt', 'prompt[0]'],
    ['tokens that are not whole', completion({ prompt: [0.5] }), 400, 'prompt', 'prompt'],
    ['tokens below 0', completion({ prompt: [-1] }), 400, 'prompt', 'prompt[0]'],
    ['a token that is not in the vocabulary', completion({ prompt: [1, 9999] }), 400, 'token 9999', 'prompt'],
    ['characters that are not in the vocabulary', completion({ prompt: 'ПРИВЕТ' }), 400, 'not in the vocabulary', null],
    ['half a character', completion({ prompt: '\ud800' }), 400, 'not in the vocabulary', null],
    ['control characters', completion({ prompt: '\u001b[2J' }), 400, 'not in the vocabulary', null],
    ['too many tokens', completion({ prompt: 'so '.repeat(1001) }), 400, 'more than 3000 tokens', 'prompt'],
    ['too many tokens together', completion({ prompt: Array(7).fill('so '.repeat(200)) }), 400, '3000 tokens', 'prompt'],
    ['too many prompts', completion({ prompt: Array(9).fill('so') }), 400, 'prompt', 'prompt'],
    ['too many texts', completion({ prompt: ['a', 'e'], n: 5 }), 400, '8 texts', 'best_of'],
    ['a prompt of 10 MB', completion({ prompt: 'so '.repeat(3_500_000) }), 413, '1048576 bytes', null],
    ['max_tokens below 0', completion({ max_tokens: -1 }), 400, 'max_tokens', 'max_tokens'],
    ['max_tokens above the limit', completion({ max_tokens: 1e9 }), 400, '4096', 'max_tokens'],
    ['max_tokens as text', completion({ max_tokens: '5' }), 400, 'max_tokens', 'max_tokens'],
    ['min_tokens above max_tokens', completion({ min_tokens: 9, max_tokens: 5 }), 400, 'max_tokens is 5', 'min_tokens'],
    ['temperature below 0', completion({ temperature: -0.1 }), 400, 'temperature', 'temperature'],
    ['temperature as text', completion({ temperature: 'hot' }), 400, 'temperature', 'temperature'],
    ['an infinite temperature', '{"model":"characters","prompt":"so","temperature":1e999}', 400, 'temperature', 'temperature'],
    ['top_p of 0', completion({ top_p: 0 }), 400, 'top_p', 'top_p'],
    ['top_p above 1', completion({ top_p: 1.5 }), 400, 'top_p', 'top_p'],
    ['top_k of 0', completion({ top_k: 0 }), 400, 'top_k', 'top_k'],
    ['a huge penalty', completion({ frequency_penalty: 1e300 }), 400, 'frequency_penalty', 'frequency_penalty'],
    ['n of 0', completion({ n: 0 }), 400, 'n:', 'n'],
    ['n that is not whole', completion({ n: 1.5 }), 400, 'n:', 'n'],
    ['a huge n', completion({ n: 1_000_000_000 }), 400, 'n:', 'n'],
    ['best_of below n', completion({ n: 3, best_of: 2 }), 400, 'n is 3', 'best_of'],
    ['best_of in a stream', completion({ best_of: 2, stream: true }), 400, 'stream', 'best_of'],
    ['too many alternatives', completion({ logprobs: 6 }), 400, 'logprobs', 'logprobs'],
    ['logprobs as in chats', completion({ logprobs: true }), 400, 'logprobs', 'logprobs'],
    ['logprobs of a text from its end', { model: 'backward', prompt: 'so', logprobs: 1 }, 400, 'its end', 'logprobs'],
    ['stop of a text from its end', { model: 'backward', prompt: 'so', stop: 'e', stream: true }, 400, 'their end', null],
    ['an empty stop string', completion({ stop: '' }), 400, 'stop', 'stop'],
    ['an empty stop string in a list', completion({ stop: ['e', ''] }), 400, 'stop', 'stop[1]'],
    ['too many stop strings', completion({ stop: Array(17).fill('e') }), 400, 'stop', 'stop'],
    ['a seed below 0', completion({ seed: -1 }), 400, 'seed', 'seed'],
    ['a seed that is not whole', completion({ seed: 0.5 }), 400, 'seed', 'seed'],
    ['a seed that is not exact', completion({ seed: 1e300 }), 400, 'seed', 'seed'],
    ['a suffix', completion({ suffix: 'end' }), 400, 'not support', 'suffix'],
    ['a logit bias', completion({ logit_bias: { 5: 1 } }), 400, 'not support', 'logit_bias'],
    ['stream as text', completion({ stream: 'yes' }), 400, 'stream', 'stream'],
    ['stream_options without stream', completion({ stream_options: {} }), 400, 'stream', 'stream_options'],
    ['an unknown parameter', completion({ tempurature: 1 }), 400, 'not a parameter', 'tempurature'],
    ['__proto__ as a parameter', '{"model":"characters","prompt":"so","__proto__":{"n":1}}', 400, '__proto__', '__proto__'],
    ['an error before a stream', completion({ prompt: 'Z', stream: true }), 400, 'not in the vocabulary', null],
  ])('with %s', async (_, body, status, message, param) => {
    const response = await server.post('/v1/completions', body, { authorization });
    await expectError(response, status, message, param);
  });
});

describe('another request', () => {
  it.each<[string, string, RequestInit, number, string | RegExp]>([
    ['no key', '/v1/models', {}, 401, 'API key'],
    ['a wrong key', '/v1/models', { headers: { authorization: 'Bearer wrong' } }, 401, 'not the API key'],
    ['the beginning of the key', '/v1/models', { headers: { authorization: authorization.slice(0, -1) } }, 401, 'not the'],
    ['a key in another scheme', '/v1/models', { headers: { authorization: `Basic ${KEY}` } }, 401, 'API key'],
    ['no key for the metrics', '/metrics', {}, 401, 'API key'],
    ['no key at a path that is not there', '/v1/files', {}, 401, 'API key'],
    ['another path', '/v1/chat/completions', { method: 'POST', headers: { authorization } }, 404, 'nothing at this path'],
    ['a path of the file system', '/..%2f..%2fetc/passwd', { headers: { authorization } }, 404, 'nothing at this path'],
    ['a path in the name of a model', '/v1/models/..%2f..%2fetc%2fpasswd', { headers: { authorization } }, 404, 'no model'],
    ['a broken escape', '/v1/models/%ff%zz', { headers: { authorization } }, 404, 'no model'],
    ['an inherited name', '/v1/models/constructor', { headers: { authorization } }, 404, 'no model'],
    ['another method', '/v1/completions', { headers: { authorization } }, 405, 'POST'],
    ['DELETE', '/v1/models/characters', { method: 'DELETE', headers: { authorization } }, 405, 'GET'],
    ['OPTIONS', '/v1/completions', { method: 'OPTIONS', headers: { authorization } }, 405, 'POST'],
    ['no content type', '/v1/completions', { method: 'POST', headers: { authorization } }, 415, 'application/json'],
    [
      'a form',
      '/v1/completions',
      { method: 'POST', headers: { authorization }, body: new URLSearchParams({ model: 'characters' }) },
      415,
      'application/json',
    ],
    [
      'text, as a page of another site can send it',
      '/v1/completions',
      { method: 'POST', headers: { authorization, 'content-type': 'text/plain' }, body: '{"model":"characters"}' },
      415,
      'application/json',
    ],
    [
      'another charset',
      '/v1/completions',
      {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json; charset=latin1' },
        body: '{"model":"characters"}',
      },
      415,
      'UTF-8',
    ],
    [
      'a compressed body',
      '/v1/completions',
      {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body: new Uint8Array([31, 139, 8, 0]),
      },
      415,
      'compressed',
    ],
    [
      'bytes that are not UTF-8',
      '/v1/completions',
      {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: new Uint8Array([0x22, 0xff, 0x22]),
      },
      400,
      'UTF-8',
    ],
  ])('with %s', async (_, path, init, status, message) => {
    await expectError(await fetch(server.url + path, init), status, message);
  });

  it.each<[string, string, object, number, string]>([
    ['an empty text for a vector', '/v1/embeddings', { model: 'characters', input: '' }, 400, 'no vector'],
    ['no input', '/v1/embeddings', { model: 'characters' }, 400, 'input'],
    ['other dimensions', '/v1/embeddings', { model: 'characters', input: 'so', dimensions: 5 }, 400, 'have 12'],
    ['an unknown format', '/v1/embeddings', { model: 'characters', input: 'so', encoding_format: 'int8' }, 400, 'format'],
    ['a text of one token', '/v1/perplexity', { model: 'characters', input: 's' }, 400, '1 token'],
    ['an unknown model', '/v1/perplexity', { model: 'x', input: 'so' }, 404, 'no model'],
    ['tokens for surprisal', '/v1/surprisal', { model: 'characters', input: [1, 2] }, 400, 'text'],
    ['an unknown unit', '/v1/surprisal', { model: 'characters', input: 'so', unit: 'line' }, 400, 'unit'],
  ])('with %s', async (_, path, body, status, message) => {
    await expectError(await server.post(path, body, { authorization }), status, message);
  });
});

/** Sends bytes as they are, and returns the whole answer. */
async function raw(text: string | Uint8Array, end = false): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (piece) => (answer += piece));
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  if (end) socket.end();
  await once(socket, 'close');
  return answer;
}

const head = (lines: string) => `POST /v1/completions HTTP/1.1\r\nauthorization: ${authorization}\r\n${lines}`;
const jsonType = 'host: localhost\r\ncontent-type: application/json\r\n';

describe('on a connection', () => {
  it.each<[string, string, number, string]>([
    ['what is not HTTP', 'hello\r\n\r\n', 400, 'not a valid request'],
    ['the beginning of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'not a valid request'],
    ['headers that are too large', head(`x: ${'y'.repeat(20_000)}\r\n\r\n`), 431, '16384 bytes'],
    ['headers that do not end', head('x: '), 408, 'too slowly'],
    ['a body that does not come', head(`${jsonType}content-length: 100\r\n\r\n{"model":`), 408, 'too slowly'],
    ['a wrong length', head(`${jsonType}content-length: -5\r\n\r\n`), 400, 'not a valid request'],
    ['two lengths', head(`${jsonType}content-length: 5\r\ncontent-length: 6\r\n\r\n`), 400, 'not a valid request'],
    ['broken chunks', head(`${jsonType}transfer-encoding: chunked\r\n\r\nZZ\r\n`), 400, 'not a valid request'],
    ['another host', head('host: attacker.example\r\nconnection: close\r\n\r\n'), 403, 'localhost only'],
    ['no host', head('connection: close\r\n\r\n'), 400, 'host'],
    ['a wrong host', head('host: [::1\r\nconnection: close\r\n\r\n'), 400, 'not a valid request'],
    ['an expectation', head(`${jsonType}expect: a miracle\r\ncontent-length: 0\r\n\r\n`), 417, '100-continue'],
  ])('%s', async (_, text, status, message) => {
    const answer = await raw(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('content-type: application/json');
    const { error } = errorAnswer.parse(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)));
    expect(error.message).toContain(message);
    await expectAlive();
  });

  it('a body that is cut off does no harm', async () => {
    const cut = `${head(`${jsonType}content-length: 100\r\n\r\n`)}{"model":`;
    expect(await raw(cut, true)).toMatch(/^($|HTTP\/1.1 4)/);
    await expectAlive();
  });

  it('a body that grows beyond the limit is refused', async () => {
    const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
    const answer = await raw(`${head(`${jsonType}transfer-encoding: chunked\r\n\r\n`)}${chunk.repeat(40)}`);
    expect(answer).toContain('413');
    await expectAlive();
  });
});
