/** Requests that fast-check makes of the OpenAPI document: what the document allows is answered in its form, or refused with a reason. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { endpointsFor } from '../../src/serve/endpoints.js';
import { type RunningServer, startServer, usualLimits } from './running-server.js';

interface Schema {
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

interface Operation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }>>;
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Texts that the model can read are more interesting than others, and long answers less. */
const LONGEST = 20;

/** Values that a schema allows. */
function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER, exclusiveMinimum } = schema;
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valuesOf));
  if (typeof schema.type === 'object') return fc.oneof(...schema.type.map((type) => valuesOf({ ...schema, type })));
  switch (schema.type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.oneof(
        fc.integer({ min: Math.max(0, minimum), max: Math.min(LONGEST, maximum) }),
        fc.constantFrom(maximum, 0).filter((value) => value >= minimum),
      );
    case 'number':
      return fc
        .double({ min: Math.max(minimum, -1e9), max: Math.min(maximum, 1e9), noNaN: true })
        .filter((value) => exclusiveMinimum === undefined || value > exclusiveMinimum);
    case 'string': {
      const size = { minLength: schema.minLength ?? 0, maxLength: Math.min(LONGEST, schema.maxLength ?? LONGEST) };
      return fc.oneof(
        { weight: 3, arbitrary: fc.string({ ...size, unit: fc.constantFrom(...'the fox said, "crow".\n') }) },
        { weight: 1, arbitrary: fc.string({ ...size, unit: 'binary' }) },
      );
    }
    case 'array':
      return fc.array(valuesOf(schema.items!), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(3, schema.maxItems ?? 3),
      });
    case 'object':
      return fc.record(
        Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, one]) => [name, valuesOf(one)])),
        { requiredKeys: [...(schema.required ?? [])] },
      );
    default:
      throw new Error(`this test cannot make values of ${JSON.stringify(schema)}`);
  }
}

/** The body with one value replaced by any other, anywhere. */
const damaged = (body: fc.Arbitrary<unknown>) =>
  fc.tuple(body, fc.nat(), fc.anything({ withNullPrototype: false, maxDepth: 2 })).map(([whole, at, value]) => {
    const entries = Object.entries(whole as object);
    const [key] = entries[at % entries.length] ?? ['model'];
    return { ...(whole as object), [key]: value };
  });

let server: RunningServer;
let document: OpenApi;
beforeAll(async () => {
  server = await startServer({ limits: { outputTokens: 40, texts: 6 } });
  document = (await (await fetch(`${server.url}/openapi.json`)).json()) as OpenApi;
});
afterAll(async () => {
  await server.stop();
});

const paths = Object.entries(endpointsFor(usualLimits)).flatMap(([, endpoint]) =>
  'request' in endpoint ? [endpoint.path] : [],
);

const formOf = (schema: Schema) => z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema);

/** The events of a stream. */
const eventsOf = (text: string) =>
  text
    .split('\n\n')
    .filter((event) => event !== '' && event !== 'data: [DONE]')
    .map((event) => JSON.parse(event.replace(/^data: /, '')));

describe.each(paths)('the OpenAPI document of %s', (path) => {
  const operation = () => document.paths[path]!.post!;
  const bodies = () =>
    valuesOf(operation().requestBody!.content['application/json']!.schema).map((body) => ({
      ...(body as object),
      model: 'characters',
    }));

  let answer: z.ZodType | undefined;
  let error: z.ZodType | undefined;

  async function check(body: unknown): Promise<number> {
    const response = await server.post(path, body);
    const text = await response.text();
    answer ??= formOf(operation().responses['200']!.content['application/json']!.schema);
    error ??= formOf(document.components.schemas.Error!);
    if (response.status === 200 && response.headers.get('content-type')!.startsWith('text/event-stream'))
      for (const event of eventsOf(text)) answer.parse(event);
    else (response.status === 200 ? answer : error).parse(JSON.parse(text));
    return response.status;
  }

  it('allows what is answered, or refused for a reason of the model', async () => {
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(bodies(), async (body) => {
        const status = await check(body);
        expect([200, 400]).toContain(status);
        if (status === 200) answered++;
      }),
      { numRuns: 60 },
    );
    expect(answered).toBeGreaterThan(0);
    expect(server.bugs.splice(0)).toEqual([]);
  });

  it('has errors for what it does not allow', async () => {
    await fc.assert(
      fc.asyncProperty(damaged(bodies()), async (body) => {
        expect([200, 400, 404]).toContain(await check(body));
      }),
      { numRuns: 60 },
    );
    expect(server.bugs.splice(0)).toEqual([]);
  });
});

it('names all paths, and each parameter once', () => {
  expect(Object.keys(document.paths).sort()).toEqual(
    Object.values(endpointsFor(usualLimits))
      .map(({ path }) => path)
      .sort(),
  );
  const names = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  expect(new Set(names).size).toBe(names.length);
});
