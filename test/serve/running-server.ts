/** A real server on loopback with small models whose parameters a seed decides. */
import OpenAI from 'openai';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createGenerator, type TextGenerator } from '../../src/sample/generate.js';
import { createEmbedder } from '../../src/serve/embeddings.js';
import type { RequestRecord } from '../../src/serve/exchange.js';
import { type Limits, limitDeclarations } from '../../src/serve/limits.js';
import { createRowScheduler } from '../../src/serve/row-scheduler.js';
import type { ServedModel } from '../../src/serve/served-model.js';
import { startTextServer, type TextServerOptions } from '../../src/serve/text-server.js';
import { charactersWithEnd, independentDocuments, randomModel, words } from '../sample/trained-model.js';

export const usualLimits = Object.fromEntries(limitDeclarations.map(({ name, usual }) => [name, usual])) as unknown as Limits;

export type ModelName = keyof typeof descriptions;

const backward = { layers: [{ type: 'lstm', size: 12 }], embedding: { size: 12 }, direction: 'backward' };
const descriptions = {
  characters: { range: 0.6 },
  words: { range: 0.6, tokenizer: words },
  bytes: { range: 0.6, tokenizer: { type: 'byte' } },
  documents: { range: 0.6, tokenizer: charactersWithEnd, corpus: independentDocuments },
  backward: { range: 0.6, model: backward },
  bidirectional: { range: 0.6, model: { ...backward, direction: undefined, bidirectional: true } },
  /** More than the buffers of a connection: 20 MB. */
  large: { range: 0.01, model: { layers: [{ type: 'lstm', size: 800 }], embedding: { size: 800 } } },
};

export interface RunningServer {
  readonly url: string;
  readonly records: RequestRecord[];
  readonly bugs: unknown[];
  readonly served: ReadonlyMap<string, ServedModel>;
  readonly generators: ReadonlyMap<string, TextGenerator>;
  /** OpenAI's own client. */
  readonly client: OpenAI;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  stop(seconds?: number): Promise<void>;
}

type Settings = Partial<Omit<TextServerOptions, 'limits'>> & {
  readonly names?: readonly ModelName[];
  readonly rows?: number;
  readonly limits?: Partial<Limits>;
};

export async function startServer({ names = ['characters'], rows = 32, ...settings }: Settings = {}): Promise<RunningServer> {
  const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
  const models = names.map((name): ServedModel => {
    const model = randomModel(engine, descriptions[name]);
    const { normalize = (text: string) => text } = model.tokenizer;
    const scheduler = createRowScheduler({ model, engine, rows });
    return { name, model, engine, scheduler, prepare: normalize, embed: createEmbedder(model, engine) };
  });
  const records: RequestRecord[] = [];
  const bugs: unknown[] = [];
  let time = 1_700_000_000_000;
  let seed = 1000;
  const { url, stop } = await startTextServer({
    host: '127.0.0.1',
    port: 0,
    key: undefined,
    hasPage: true,
    isLocal: true,
    version: '0.0.0',
    now: () => ++time,
    nextSeed: () => ++seed,
    log: (record) => void records.push(record),
    onBug: (error) => void bugs.push(error),
    ...settings,
    models,
    limits: { ...usualLimits, ...settings.limits },
  });
  return {
    url,
    records,
    bugs,
    served: new Map(models.map((model) => [model.name, model])),
    generators: new Map(models.map(({ name, model }) => [name, createGenerator({ model, engine })])),
    client: new OpenAI({ baseURL: `${url}/v1`, apiKey: settings.key ?? 'none', maxRetries: 0 }),
    post: (path, body, headers = {}) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    stop: (seconds = 10) => stop(seconds),
  };
}
