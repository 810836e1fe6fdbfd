/** 200 clients that read streams from one server: each text is that of `sample`, and memory does not grow. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient, readStream, startServing } from '../../bench/serving-load.mjs';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { openModel } from '../../src/run/open-model.js';
import { createGenerator } from '../../src/sample/generate.js';
import { writeRandomModel } from '../sample/trained-model.js';
import { writeText } from '../sample/write-text.js';

const CLIENTS = 200;
const ROUNDS = 8;
/** Megabytes by which the memory of a process varies without cause. */
const NOISE = 48;

const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
const path = writeRandomModel(folder, { hiddenSize: 64 }, 'load.safetensors');
let server: Awaited<ReturnType<typeof startServing>>;
beforeAll(async () => {
  server = await startServing([path]);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

it('many streams at once have the texts of sample, without an error and without growing memory', async () => {
  const agents = Array.from({ length: CLIENTS }, createClient);
  const texts = new Map<number, string>();
  const memory: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all(
      agents.map(async (agent, client) => {
        const seed = client + CLIENTS * (round % 2);
        const body = { model: 'load', prompt: 'the fox', max_tokens: 20 + (seed % 100), seed };
        const { text, tokens } = await readStream(server.url, agent, body);
        expect(tokens).toBe(body.max_tokens);
        expect(texts.get(seed) ?? text).toBe(text);
        texts.set(seed, text);
      }),
    );
    memory.push(server.memory() ?? 0);
  }
  for (const agent of agents) agent.destroy();
  expect(memory.at(-1)! - memory[2]!).toBeLessThan(NOISE);

  const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
  const generator = createGenerator({ model: openModel(path, engine), engine });
  expect(texts.size).toBe(2 * CLIENTS);
  for (const [seed, text] of texts) {
    const own = await writeText(generator, 'the fox', { maximumTokens: 20 + (seed % 100), seed });
    expect(text).toBe(own.text);
  }
  engine.close();
});

it('clients that leave in the middle leave nothing behind', async () => {
  for (let round = 0; round < 20; round++) {
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const response = await fetch(`${server.url}/v1/completions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ model: 'load', prompt: 'so', max_tokens: 4096, stream: true }),
        });
        const reader = response.body!.getReader();
        await reader.read();
        await reader.cancel();
      }),
    );
  }
  const left = async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    return metrics.split('\n').filter((line) => /^textloom_(requests_running|rows_\w+\{.*\}) /.test(line));
  };
  await expect
    .poll(left, { timeout: 60_000 })
    .toEqual(['textloom_requests_running 0', 'textloom_rows_active{model="load"} 0', 'textloom_rows_waiting{model="load"} 0']);
});
