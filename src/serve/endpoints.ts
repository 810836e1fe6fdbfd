import { z } from 'zod';
import {
  completionAnswer,
  embeddingsAnswer,
  healthAnswer,
  modelAnswer,
  modelsAnswer,
  perplexityAnswer,
  surprisalAnswer,
} from './answer-schemas.js';
import type { Limits } from './limits.js';
import { completionSchema, embeddingSchema, perplexitySchema, surprisalSchema } from './request-schemas.js';

/** What the server answers to: the routes and the OpenAPI document are made of these. */
export interface Endpoint {
  readonly method: 'get' | 'post';
  /** With parameters in braces, as in OpenAPI. */
  readonly path: string;
  /** Its name in the OpenAPI document. */
  readonly operation: string;
  readonly summary: string;
  /** Whether it needs no key. */
  readonly isOpen?: true;
  /** Whether it is a part of the page for people, which a server may be without. */
  readonly ofPage?: true;
  readonly request?: z.ZodType;
  /** Of the answer in JSON; otherwise `media` says what the answer is. */
  readonly answer?: z.ZodType;
  readonly media?: string;
}

/** The endpoints of a server with these limits. */
export function endpointsFor(limits: Limits) {
  return {
    completions: {
      method: 'post',
      path: '/v1/completions',
      operation: 'createCompletion',
      summary: 'Continue texts',
      request: completionSchema(limits),
      answer: completionAnswer,
    },
    embeddings: {
      method: 'post',
      path: '/v1/embeddings',
      operation: 'createEmbedding',
      summary: 'The vectors of texts',
      request: embeddingSchema(limits),
      answer: embeddingsAnswer,
    },
    perplexity: {
      method: 'post',
      path: '/v1/perplexity',
      operation: 'measurePerplexity',
      summary: 'How well a model predicts texts',
      request: perplexitySchema(limits),
      answer: perplexityAnswer,
    },
    surprisal: {
      method: 'post',
      path: '/v1/surprisal',
      operation: 'measureSurprisal',
      summary: 'The surprisal of each token or word of texts',
      request: surprisalSchema(limits),
      answer: surprisalAnswer,
    },
    models: { method: 'get', path: '/v1/models', operation: 'listModels', summary: 'All models', answer: modelsAnswer },
    model: {
      method: 'get',
      path: '/v1/models/{model}',
      operation: 'retrieveModel',
      summary: 'One model',
      answer: modelAnswer,
    },
    file: {
      method: 'get',
      path: '/v1/models/{model}/file',
      operation: 'retrieveModelFile',
      summary: 'The file of a model that the page can compute',
      ofPage: true,
      media: 'application/octet-stream',
    },
    metrics: {
      method: 'get',
      path: '/metrics',
      operation: 'metrics',
      summary: 'Counts and durations for Prometheus',
      media: 'text/plain',
    },
    health: {
      method: 'get',
      path: '/health',
      operation: 'health',
      summary: 'Whether the server takes requests',
      isOpen: true,
      answer: healthAnswer,
    },
    document: {
      method: 'get',
      path: '/openapi.json',
      operation: 'openapi',
      summary: 'This document',
      isOpen: true,
      answer: z.record(z.string(), z.unknown()),
    },
    page: {
      method: 'get',
      path: '/',
      operation: 'page',
      summary: 'A page for people, in which the models write',
      isOpen: true,
      ofPage: true,
      media: 'text/html',
    },
  } as const satisfies Readonly<Record<string, Endpoint>>;
}

export type Endpoints = ReturnType<typeof endpointsFor>;
