import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluatePerplexity } from '../../src/evaluate/perplexity.js';
import { tokenSurprisals, wordSurprisals } from '../../src/evaluate/surprisal.js';
import { inReadingOrder } from '../../src/model/stacks.js';
import { type RunningServer, startServer } from './running-server.js';

const names = ['characters', 'words', 'bytes', 'documents', 'backward'] as const;
const texts = ['the fox said to the crow', 'a crow', 'the fox said to a crow '.repeat(30)];
let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ names });
});
afterAll(() => server.stop());

/** Tokens as `evaluate-perplexity` reads them. */
function tokensOf(name: string, text: string): Int32Array {
  const { tokenizer } = server.served.get(name)!.model;
  const ids = tokenizer.encode(text);
  const end = name === 'documents' ? [tokenizer.documentEndId!] : [];
  return Int32Array.from([...end, ...ids, ...end]);
}

async function ask(path: string, body: object) {
  const response = await server.post(path, body);
  expect(response.status).toBe(200);
  return (await response.json()) as { data: Record<string, unknown>[]; usage: object };
}

describe.each(names)('the measurements of %s', (name) => {
  it('have the perplexity of evaluate-perplexity', async () => {
    const { model, engine } = server.served.get(name)!;
    const { data, usage } = await ask('/v1/perplexity', { model: name, input: texts });
    let read = 0;
    for (const [index, text] of texts.entries()) {
      const tokens = inReadingOrder(model.options, tokensOf(name, text));
      const exact = await evaluatePerplexity({ model, engine, tokens });
      const found = data[index]!;
      expect(found).toMatchObject({ object: 'perplexity', index, tokens: exact.tokens });
      expect(found.nats).toBeCloseTo(exact.nats, 3);
      expect(found.nats_per_token).toBeCloseTo(exact.natsPerToken, 5);
      expect(found.perplexity).toBeCloseTo(exact.perplexity, 3);
      expect(found.bits_per_token).toBeCloseTo(exact.natsPerToken / Math.LN2, 5);
      read += model.tokenizer.encode(text).length;
    }
    expect(usage).toEqual({ prompt_tokens: read, total_tokens: read });
  });

  it.each(['token', 'word'] as const)('have the surprisal of each %s, whose sum is that of the text', async (unit) => {
    const { model } = server.served.get(name)!;
    const [measured, scored] = await Promise.all([
      ask('/v1/surprisal', { model: name, input: texts, unit }),
      ask('/v1/perplexity', { model: name, input: texts }),
    ]);
    for (const [index, text] of texts.entries()) {
      const found = measured.data[index]!.surprisals as { index: number; offset: number; text: string; nats: number }[];
      expect(found.reduce((sum, { nats }) => sum + nats, 0)).toBeCloseTo(scored.data[index]!.nats as number, 4);
      const tokens = tokensOf(name, text);
      const unpredicted = name === 'backward' ? tokens.length - 1 : 0;
      const none = new Float32Array(tokens.length - 1);
      const list = (unit === 'word' ? wordSurprisals : tokenSurprisals)(model.tokenizer, tokens, text, none, unpredicted);
      const places = Array.from(list, ({ index, offset, piece }) => ({ index, offset, text: piece }));
      expect(found.map(({ nats: _, ...place }) => place)).toEqual(places);
    }
  });
});

it('bits per byte do not count the first token; a character of which it is a part is counted', async () => {
  const text = 'é'.repeat(10);
  const { data } = await ask('/v1/perplexity', { model: 'bytes', input: text });
  const { nats, bits_per_character, bits_per_byte, tokens } = data[0] as Record<string, number>;
  expect(tokens).toBe(19);
  expect(bits_per_byte).toBeCloseTo(nats! / 19 / Math.LN2, 10);
  expect(bits_per_character).toBeCloseTo(nats! / 10 / Math.LN2, 10);
});

it('take token ids, whose text is that of the tokens', async () => {
  const ids = [...server.served.get('characters')!.model.tokenizer.encode('the fox')];
  const [a, b] = await Promise.all(['the fox', ids].map((input) => ask('/v1/perplexity', { model: 'characters', input })));
  expect(a).toEqual(b);
});
