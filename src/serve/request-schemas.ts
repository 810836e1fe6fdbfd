import { z } from 'zod';
import { type NumberRange, seedRange } from '../foundation/arguments.js';
import { penaltyRanges } from '../sample/penalties.js';
import { temperatureRange } from '../sample/sampler.js';
import { type TokenFilterFlag, tokenFilters } from '../sample/token-filters.js';
import type { Limits } from './limits.js';

/** The most alternatives of a token, as in OpenAI's interface. */
const MOST_ALTERNATIVES = 5;

/** Tokens of a text when the request does not say, as in OpenAI's interface. */
export const USUAL_MAX_TOKENS = 16;

/** A parameter that may be left out, or be null. */
const optional = <T extends z.ZodType>(schema: T, describe: string) => schema.nullish().describe(describe);

function number({ from, above, to, whole = false }: NumberRange) {
  let schema: z.ZodNumber = whole ? z.int() : z.number();
  if (from !== undefined) schema = schema.min(from);
  if (above !== undefined) schema = schema.gt(above);
  if (to !== undefined) schema = schema.max(to);
  return schema;
}

const model = z.string().max(1000).describe('A name from /v1/models');
const ids = z.array(z.int().min(0)).min(1);

/** A text, token ids, or a list of one of them. */
function texts({ texts }: Limits, name: string) {
  const allowed = 'a text, a list of texts, a list of token ids, or a list of such lists is expected';
  return z
    .union([z.string(), z.array(z.string()).min(1).max(texts), ids, z.array(ids).min(1).max(texts)], { error: allowed })
    .describe(`${name}: a text, a list of texts, token ids, or a list of lists of token ids`);
}

const none = (name: string) => `this server does not support ${name}: leave it out`;

/** The parameter of a filter of `sample`: top_k, top_p, min_p. */
type FilterParameter<Flag = TokenFilterFlag> = Flag extends `${infer A}-${infer B}` ? `${A}_${B}` : never;
export const filterParameter = (flag: TokenFilterFlag) => flag.replace('-', '_') as FilterParameter;

const filters = Object.fromEntries(
  tokenFilters.map(({ flag, describe, range }) => [filterParameter(flag), optional(number(range), describe)]),
) as Record<FilterParameter, z.ZodOptional<z.ZodNullable<z.ZodNumber>>>;

/** The body of POST /v1/completions. */
export function completionSchema(limits: Limits) {
  return z.strictObject({
    model,
    prompt: texts(limits, 'What is continued').nullish(),
    max_tokens: optional(
      number({ from: 0, to: limits.outputTokens, whole: true }),
      `Most tokens of a text; ${USUAL_MAX_TOKENS} by default`,
    ),
    min_tokens: optional(
      number({ from: 0, to: limits.outputTokens, whole: true }),
      'Tokens before a stop string may end a text',
    ),
    temperature: optional(number(temperatureRange), '0: always the most probable token; 1 by default'),
    ...filters,
    repetition_penalty: optional(number(penaltyRanges.repetitionPenalty), 'As --repetition-penalty of sample'),
    frequency_penalty: optional(number(penaltyRanges.frequencyPenalty), 'As --frequency-penalty of sample'),
    presence_penalty: optional(number(penaltyRanges.presencePenalty), 'As --presence-penalty of sample'),
    penalty_window: optional(number(penaltyRanges.penaltyWindow), 'As --penalty-window of sample'),
    seed: optional(number(seedRange), 'The same seed writes the same text. By default another one for each request'),
    n: optional(number({ from: 1, to: limits.texts, whole: true }), 'Texts for each prompt; 1 by default'),
    best_of: optional(
      number({ from: 1, to: limits.texts, whole: true }),
      'Texts that are written for each prompt; the n with the highest mean log-probability are returned',
    ),
    stop: optional(
      z.union([z.string().min(1).max(1000), z.array(z.string().min(1).max(1000)).max(16)], {
        error: 'a text or a list of at most 16 texts is expected, none of them empty or longer than 1000',
      }),
      'Strings that end a text; they are not part of it',
    ),
    logprobs: optional(
      number({ from: 0, to: MOST_ALTERNATIVES, whole: true }),
      'Return the log-probability of each token, and of so many of the most probable ones at its place',
    ),
    echo: optional(z.boolean(), 'Whether the prompt is a part of the returned text'),
    stream: optional(z.boolean(), 'Whether the answer is sent while it is written, as server-sent events'),
    stream_options: optional(
      z.strictObject({ include_usage: optional(z.boolean(), 'Whether a last event has the usage') }),
      'Only with stream',
    ),
    suffix: z
      .null({ error: none('suffix') })
      .optional()
      .describe('Not supported'),
    logit_bias: z
      .null({ error: none('logit_bias') })
      .optional()
      .describe('Not supported'),
    user: optional(z.string(), 'Has no effect'),
  });
}

export type CompletionBody = z.infer<ReturnType<typeof completionSchema>>;

/** The body of POST /v1/embeddings. */
export function embeddingSchema(limits: Limits) {
  return z.strictObject({
    model,
    input: texts(limits, 'What is read'),
    encoding_format: optional(z.enum(['float', 'base64']), 'Numbers, or base64 of 32-bit floats; float by default'),
    dimensions: optional(z.int().min(1), 'Only the size that the model has'),
    user: optional(z.string(), 'Has no effect'),
  });
}

export type EmbeddingBody = z.infer<ReturnType<typeof embeddingSchema>>;

/** The body of POST /v1/perplexity. */
export function perplexitySchema(limits: Limits) {
  return z.strictObject({ model, input: texts(limits, 'What is measured') });
}

export type PerplexityBody = z.infer<ReturnType<typeof perplexitySchema>>;

/** The body of POST /v1/surprisal. */
export function surprisalSchema({ texts }: Limits) {
  return z.strictObject({
    model,
    input: z
      .union([z.string(), z.array(z.string()).min(1).max(texts)], { error: 'a text or a list of texts is expected' })
      .describe('What is measured: a text or a list of texts'),
    unit: optional(z.enum(['token', 'word']), 'What has a surprisal; token by default'),
  });
}

export type SurprisalBody = z.infer<ReturnType<typeof surprisalSchema>>;
