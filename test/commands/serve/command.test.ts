import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, describe, expect, it } from 'vitest';
import { writeRandomModel } from '../../sample/trained-model.js';
import { expectRefusal } from '../expect-refusal.js';
import { type RunningCommand, startTextloom, textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, write, remove } = createWorkplace();
const started: RunningCommand[] = [];
afterAll(() => {
  for (const { process } of started) process.kill('SIGKILL');
  remove();
});
writeRandomModel(folder, {}, 'small.safetensors');
const KEY = '0123456789-abcdef';
write('key.txt', `${KEY}\n`);

/** Starts a server, and returns its address. */
async function serve(...args: string[]) {
  const command = startTextloom(['serve', ...args, '--port', '0'], folder);
  started.push(command);
  let said = '';
  command.process.stderr!.on('data', (text) => (said += text));
  await command.says('listening on');
  const url = /listening on (\S+?),?(?:;| with|\s)/.exec(said)![1]!.replace(/[;,]$/, '');
  return { ...command, url };
}

const refused = async (says: string, ...args: string[]) =>
  expectRefusal(await textloom(['serve', ...args], folder), { code: 2, says });

describe('textloom serve', () => {
  it('answers as sample writes, logs requests, and stops at Ctrl-C', async () => {
    const { url, process, ended } = await serve('small.safetensors', '--threads', '2', '--rows', '16');
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none' });
    const { choices } = await client.completions.create({ model: 'small', prompt: 'the fox', max_tokens: 30, seed: 7, n: 9 });
    const sample = ['sample', 'small.safetensors', '-p', 'the fox', '-n', '30', '--seed', '7', '--num-samples', '9', '--json'];
    const { samples } = JSON.parse((await textloom(sample, folder)).stdout);
    expect(choices.map(({ text }) => text)).toEqual(samples.map(({ text }: { text: string }) => text));
    process.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr).toMatch(/^small: small\.safetensors, 22 tokens in the vocabulary$/m);
    expect(stderr).toMatch(/^\S+Z {2}200 {2}POST {2}\/v1\/completions {2}[\d.]+ s {2}small {2}7 \+ 270 tokens$/m);
    expect(stderr).not.toContain('the fox');
  });

  it('finishes a stream after SIGTERM, or at once after a second signal', async () => {
    const { url, process, ended, says } = await serve('small.safetensors', '--stop-timeout', '60');
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none' });
    const body = { model: 'small', prompt: 'so', max_tokens: 2000, stream: true } as const;
    let [tokens, stopped] = [0, false];
    for await (const { choices } of await client.completions.create(body)) {
      tokens += choices[0]!.text.length;
      if (!stopped) process.kill('SIGTERM');
      stopped = true;
    }
    expect(tokens).toBe(2000);
    await says('stopping');
    expect(await ended).toMatchObject({ code: 143, signal: null });
  });

  it('writes its log as JSON, and needs the key of the file', async () => {
    const { url, process, ended } = await serve('small.safetensors', '--api-key-file', 'key.txt', '--log', 'json');
    expect((await fetch(`${url}/v1/models`)).status).toBe(401);
    expect((await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${KEY}` } })).status).toBe(200);
    process.kill('SIGTERM');
    const { stderr } = await ended;
    const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { method: 'GET', route: '/v1/models', status: 401, error: 'invalid_api_key' },
      { method: 'GET', route: '/v1/models', status: 200 },
    ]);
    expect(stderr).not.toContain(KEY);
  });

  it('refuses an address that others can reach without a key', async () => {
    await refused('other machines can reach this address', 'small.safetensors', '--host', '0.0.0.0');
    await refused('--without-key and a key', 'small.safetensors', '--without-key', '--api-key-file', 'key.txt');
    const { url, process, ended } = await serve('small.safetensors', '--host', '0.0.0.0', '--without-key', '--log', 'none');
    const port = new URL(url).port;
    expect((await fetch(`http://127.0.0.1:${port}/v1/models`, { headers: { host: 'another.example' } })).status).toBe(200);
    process.kill('SIGTERM');
    expect((await ended).stderr).not.toContain('/v1/models');
  });

  it('gives the page the files of models, but not of an exported file, and nothing without the page', async () => {
    const exported = await textloom('export small.safetensors --to onnx -o exported.onnx'.split(' '), folder);
    expect(exported.code, exported.stderr).toBe(0);
    const open = await serve('small.safetensors', 'exported.onnx');
    const answer = (url: string, path: string) => fetch(url + path);
    expect((await answer(open.url, '/')).headers.get('content-type')).toContain('text/html');
    expect((await answer(open.url, '/v1/models/small/file')).status).toBe(200);
    const refusal = await answer(open.url, '/v1/models/exported/file');
    expect([refusal.status, await refusal.json()]).toMatchObject([
      404,
      { error: { message: expect.stringContaining('exported is an exported file'), code: 'model_not_in_page' } },
    ]);
    const closed = await serve('small.safetensors', '--without-page');
    for (const path of ['/', '/v1/models/small/file']) expect((await answer(closed.url, path)).status).toBe(404);
  });

  it('refuses keys that cannot be used', async () => {
    write('short.txt', 'short');
    write('blank.txt', 'a key with blanks in it');
    writeFileSync(join(folder, 'large.txt'), 'x'.repeat(5000));
    await refused('at least 16 ASCII characters', 'small.safetensors', '--api-key-file', 'short.txt');
    await refused('at least 16 ASCII characters', 'small.safetensors', '--api-key-file', 'blank.txt');
    await refused('not a small file', 'small.safetensors', '--api-key-file', 'large.txt');
    await refused('cannot be read', 'small.safetensors', '--api-key-file', 'missing.txt');
    await refused('the path of a file is expected', 'small.safetensors', '--api-key-file', '-');
  });

  it('refuses models of one name, a port in use, and values out of range', async () => {
    await refused('would both be named small', 'small.safetensors', './small.safetensors');
    const { url } = await serve('small.safetensors');
    await refused('another program listens there', 'small.safetensors', '--port', new URL(url).port);
    await refused('--port 70000', 'small.safetensors', '--port', '70000');
    await refused('--threads 0', 'small.safetensors', '--threads', '0');
    await refused('--rows 0', 'small.safetensors', '--rows', '0');
    await refused('--max-tokens x', 'small.safetensors', '--max-tokens', 'x');
    await refused('--log xml', 'small.safetensors', '--log', 'xml');
    await refused('needs one more argument');
    expectRefusal(await textloom(['serve', 'missing.safetensors'], folder), { code: 4, says: 'missing.safetensors' });
  });
});
