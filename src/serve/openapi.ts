import { z } from 'zod';
import { errorAnswer } from './answer-schemas.js';
import type { Endpoint } from './endpoints.js';

/** A schema of zod as JSON Schema, which OpenAPI 3.1 contains. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output') {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  return rest;
}

/**
 * The OpenAPI document, made of the schemas that check the requests.
 * @param needsKey whether the server has a key
 */
export function openApiDocument(endpoints: readonly Endpoint[], version: string, needsKey: boolean) {
  const paths: Record<string, Record<string, object>> = {};
  for (const endpoint of endpoints)
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operationOf(endpoint, needsKey) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Textloom',
      version,
      description:
        'Completions, models and embeddings as in the interface of OpenAI; perplexity and surprisal for research. ' +
        'With stream, completions are server-sent events: each has a part of the answer, and the last one is [DONE].',
    },
    paths,
    components: {
      schemas: { Error: schemaOf(errorAnswer, 'output') },
      ...(needsKey && { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } }),
    },
  };
}

function operationOf({ operation, summary, path, request, answer, media, isOpen }: Endpoint, needsKey: boolean): object {
  const json = (schema: object) => ({ 'application/json': { schema } });
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  return {
    operationId: operation,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(request && { requestBody: { required: true, content: json(schemaOf(request, 'input')) } }),
    responses: {
      '200': {
        description: 'The answer',
        content: answer ? json(schemaOf(answer, 'output')) : { [media!]: { schema: { type: 'string' } } },
      },
      default: { description: 'An error', content: json({ $ref: '#/components/schemas/Error' }) },
    },
    ...(needsKey && !isOpen && { security: [{ key: [] }] }),
  };
}
