import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GenerationOptions } from '../../src/sample/text-writer.js';
import { writeText } from '../sample/write-text.js';
import { type ModelName, type RunningServer, startServer } from './running-server.js';

const names = ['characters', 'words', 'bytes', 'documents', 'backward', 'bidirectional'] as const;
let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ names });
});
afterAll(async () => {
  await server.stop();
  expect(server.bugs).toEqual([]);
});

/** The text that `sample` writes. */
const sampled = (model: ModelName, prompt: string, options: GenerationOptions) =>
  writeText(server.generators.get(model)!, prompt, options);

describe('completions of OpenAI’s client', () => {
  it.each(names)('are the texts of sample: %s', async (model) => {
    for (const prompt of ['the fox said', '', 'the fox '.repeat(90)]) {
      const { choices, usage } = await server.client.completions.create({ model, prompt, max_tokens: 30, seed: 5, n: 3 });
      let written = 0;
      for (const [stream, { text, index, finish_reason }] of choices.entries()) {
        const own = await sampled(model, prompt, { maximumTokens: 30, seed: 5, stream });
        expect([index, text, finish_reason]).toEqual([stream, own.text, own.finish === 'length' ? 'length' : 'stop']);
        written += own.tokens;
      }
      const read = server.served.get(model)!.model.tokenizer.encode(prompt).length;
      expect(usage).toEqual({ prompt_tokens: read, completion_tokens: written, total_tokens: read + written });
    }
  });

  it.each([
    [{ temperature: 0 }, { temperature: 0 }],
    [
      { temperature: 0.5, top_p: 0.8 },
      { temperature: 0.5, topP: 0.8 },
    ],
    [{ top_k: 3 }, { topK: 3 }],
    [{ min_p: 0.2 }, { minP: 0.2 }],
    [{ stop: 'e' }, { stop: ['e'] }],
    [
      { stop: ['th', 'a'], min_tokens: 9 },
      { stop: ['th', 'a'], minimumTokens: 9 },
    ],
    [{ frequency_penalty: 1.5 }, { frequencyPenalty: 1.5 }],
    [
      { presence_penalty: 2, penalty_window: 5 },
      { presencePenalty: 2, penaltyWindow: 5 },
    ],
    [{ repetition_penalty: 1.8 }, { repetitionPenalty: 1.8 }],
  ])('have the options of sample: %j', async (asked, options) => {
    const body = { model: 'characters', prompt: 'the fox', max_tokens: 40, seed: 3, ...asked };
    const { choices } = await server.client.completions.create(body);
    const own = await sampled('characters', 'the fox', { maximumTokens: 40, seed: 3, ...options });
    expect(choices[0]!.text).toBe(own.text);
  });

  it('take a list of texts, token ids, and lists of them', async () => {
    const { encode } = server.served.get('characters')!.model.tokenizer;
    const texts = ['the fox', 'a crow'];
    const common = { model: 'characters', max_tokens: 12, seed: 2, n: 2 };
    const asked = async (prompt: string | string[] | number[] | number[][]) =>
      (await server.client.completions.create({ ...common, prompt })).choices.map(({ index, text }) => [index, text]);
    const expected = [];
    for (const [place, text] of texts.entries())
      for (const stream of [0, 1])
        expected.push([2 * place + stream, (await sampled('characters', text, { maximumTokens: 12, seed: 2, stream })).text]);
    expect(await asked(texts)).toEqual(expected);
    expect(await asked(texts.map((text) => [...encode(text)]))).toEqual(expected);
    expect(await asked([...encode(texts[0]!)])).toEqual(expected.slice(0, 2));
  });

  it('have another seed for each request without one, which the answer names', async () => {
    const ask = (seed?: number) =>
      server.client.completions.create({ model: 'characters', prompt: 'so', ...(seed !== undefined && { seed }) });
    const [first, second] = [await ask(), await ask()];
    const { seed } = first as unknown as { seed: number };
    expect((second as unknown as { seed: number }).seed).not.toBe(seed);
    expect((await ask(seed)).choices).toEqual(first.choices);
    expect(first.choices[0]!.text).toHaveLength(16);
  });

  it('are the best of several, by the mean log-probability', async () => {
    const { choices, usage } = await server.client.completions.create({
      model: 'characters',
      prompt: 'the',
      max_tokens: 10,
      seed: 4,
      n: 2,
      best_of: 6,
    });
    const all = [];
    for (let stream = 0; stream < 6; stream++)
      all.push(await sampled('characters', 'the', { maximumTokens: 10, seed: 4, stream, likelihood: true }));
    all.sort((a, b) => b.logLikelihood! / b.tokens - a.logLikelihood! / a.tokens);
    expect(choices.map(({ text }) => text)).toEqual(all.slice(0, 2).map(({ text }) => text));
    expect(usage!.completion_tokens).toBe(60);
  });

  it('echo the prompt, alone or with a text', async () => {
    const asked = (max_tokens: number) =>
      server.client.completions.create({ model: 'characters', prompt: 'the fox', max_tokens, seed: 6, echo: true });
    expect((await asked(0)).choices).toEqual([{ index: 0, text: 'the fox', logprobs: null, finish_reason: 'length' }]);
    const own = await sampled('characters', 'the fox', { maximumTokens: 8, seed: 6 });
    expect((await asked(8)).choices[0]!.text).toBe(`the fox${own.text}`);
  });

  it('echo the prompt after the text where the model writes from the end', async () => {
    const own = await sampled('backward', 'the fox', { maximumTokens: 8, seed: 6 });
    const body = { model: 'backward', prompt: 'the fox', max_tokens: 8, seed: 6, echo: true };
    expect((await server.client.completions.create(body)).choices[0]!.text).toBe(`${own.text}the fox`);
  });
});

describe('log-probabilities', () => {
  it('are those of the model, at the places of the text, with the most probable tokens', async () => {
    const { choices } = await server.client.completions.create({
      model: 'characters',
      prompt: 'the fox',
      max_tokens: 12,
      seed: 8,
      temperature: 2,
      logprobs: 3,
      echo: true,
    });
    const { text, logprobs } = choices[0]!;
    const { tokens, token_logprobs, top_logprobs, text_offset } = logprobs as unknown as {
      tokens: string[];
      token_logprobs: (number | null)[];
      top_logprobs: (Record<string, number> | null)[];
      text_offset: number[];
    };
    expect(tokens.join('')).toBe(text);
    expect(text_offset).toEqual(tokens.map((_, i) => i));
    expect([token_logprobs[0], top_logprobs[0]]).toEqual([null, null]);
    const generator = server.generators.get('characters')!;
    const { vocabulary } = server.served.get('characters')!.model.tokenizer;
    for (let i = 1; i < tokens.length; i++) {
      const { logits } = await generator.read(text.slice(0, i));
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
      const of = (token: string) => logits[vocabulary.idOf(token)!]! - Math.log(total);
      expect(token_logprobs[i]).toBeCloseTo(of(tokens[i]!), 4);
      const ranked = Array.from(logits, (_, id) => vocabulary.tokenOf(id)).sort((a, b) => of(b) - of(a));
      expect(new Set(Object.keys(top_logprobs[i]!))).toEqual(new Set([...ranked.slice(0, 3), tokens[i]]));
      for (const [token, value] of Object.entries(top_logprobs[i]!)) expect(value).toBeCloseTo(of(token), 4);
    }
  });

  it('leave out the tokens of a stop string, also in a stream', async () => {
    const whole = await sampled('characters', 'the fox', { maximumTokens: 40, seed: 8 });
    const stop = [whole.text.slice(25, 28)];
    const own = await sampled('characters', 'the fox', { maximumTokens: 40, seed: 8, stop });
    expect(own.finish).toBe('stop');
    const body = { model: 'characters', prompt: 'the fox', max_tokens: 40, seed: 8, stop, logprobs: 0 };
    const [{ text, logprobs }] = (await server.client.completions.create(body)).choices as [OpenAI.CompletionChoice];
    expect([text, logprobs!.tokens!.join('')]).toEqual([own.text, own.text]);
    const streamed: string[] = [];
    for await (const { choices } of await server.client.completions.create({ ...body, stream: true }))
      streamed.push(...(choices[0]!.logprobs?.tokens ?? []));
    expect(streamed.join('')).toBe(own.text);
  });

  it('name parts of characters by their bytes', async () => {
    const { choices } = await server.client.completions.create({
      model: 'bytes',
      prompt: 'é',
      max_tokens: 0,
      echo: true,
      logprobs: 0,
    });
    const { tokens, text_offset } = choices[0]!.logprobs!;
    expect([choices[0]!.text, tokens, text_offset]).toEqual(['é', ['bytes:\\xc3', 'bytes:\\xa9'], [0, 0]]);
  });
});

describe('a stream', () => {
  it.each(names)('has the same texts, in parts: %s', async (model) => {
    const body = { model, prompt: 'the fox said', max_tokens: 25, seed: 9, n: 2, echo: true };
    const whole = await server.client.completions.create(body);
    const texts = ['', ''];
    const ends: (string | null)[] = [];
    let usage: OpenAI.CompletionUsage | null | undefined;
    const stream = await server.client.completions.create({ ...body, stream: true, stream_options: { include_usage: true } });
    for await (const event of stream) {
      for (const { index, text, finish_reason } of event.choices) {
        texts[index] += text;
        if (finish_reason !== null) ends[index] = finish_reason;
      }
      if (event.choices.length === 0) ({ usage } = event);
    }
    expect(texts).toEqual(whole.choices.map(({ text }) => text));
    expect(ends).toEqual(whole.choices.map(({ finish_reason }) => finish_reason));
    expect(usage).toEqual(whole.usage);
  });

  it('that the client leaves frees its row', async () => {
    const { scheduler } = server.served.get('characters')!;
    const stream = await server.client.completions.create({
      model: 'characters',
      prompt: 'so',
      max_tokens: 4096,
      stream: true,
      n: 3,
    });
    let events = 0;
    for await (const _ of stream) if (++events === 5) break;
    await expect.poll(() => scheduler.active + scheduler.waiting).toBe(0);
    await expect.poll(() => server.records.at(-1)).toMatchObject({ status: 499, error: 'client_closed' });
  });
});

describe('other requests of OpenAI’s client', () => {
  it('list the models', async () => {
    const listed: string[] = [];
    for await (const { id } of server.client.models.list()) listed.push(id);
    expect(listed).toEqual(names);
    expect(await server.client.models.retrieve('words')).toMatchObject({ id: 'words', object: 'model' });
  });

  it('get errors of the right class', async () => {
    const { completions, models } = server.client;
    await expect(completions.create({ model: 'gpt-5', prompt: '' })).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(models.retrieve('gpt-5')).rejects.toMatchObject({ status: 404, code: 'model_not_found', param: 'model' });
    const wrong = completions.create({ model: 'characters', prompt: 'so', n: 0 });
    await expect(wrong).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    await expect(wrong).rejects.toMatchObject({ param: 'n', type: 'invalid_request_error' });
    await expect(completions.create({ model: 'characters', prompt: 'Ωμέγα' })).rejects.toThrow('not in the vocabulary');
  });

  it('make vectors of length 1, equal for equal texts, as numbers and as base64', async () => {
    for (const model of names) {
      const ask = (encoding_format: 'float' | 'base64') =>
        server.client.embeddings.create({ model, input: ['the fox', 'a crow', 'the fox'], encoding_format });
      const { data, usage } = await ask('float');
      const [a, b, c] = data.map(({ embedding }) => embedding) as [number[], number[], number[]];
      expect(a).toEqual(c);
      expect(a).not.toEqual(b);
      expect(Math.hypot(...a)).toBeCloseTo(1, 12);
      expect(a).toHaveLength(model === 'bidirectional' ? 24 : 12);
      expect(usage.prompt_tokens).toBe(usage.total_tokens);
      const bytes = Buffer.from((await ask('base64')).data[1]!.embedding as unknown as string, 'base64');
      const floats = Array.from({ length: b.length }, (_, i) => bytes.readFloatLE(4 * i));
      expect(floats).toEqual(Array.from(Float32Array.from(b)));
      // Without a format the client asks for base64, and decodes it.
      const decoded = (await server.client.embeddings.create({ model, input: 'a crow' })).data[0]!.embedding;
      expect(Array.from(decoded)).toEqual(floats);
    }
  });
});
