import { z } from 'zod';

/* The answers, for the OpenAPI document. Tests check that the server's answers have these forms. */

const index = z.int().min(0);
const count = z.int().min(0);
const list = <T extends z.ZodType>(data: T) => z.object({ object: z.literal('list'), data: z.array(data) });

export const errorAnswer = z.object({
  error: z.object({ message: z.string(), type: z.string(), param: z.string().nullable(), code: z.string().nullable() }),
});

const usage = z.object({ prompt_tokens: count, completion_tokens: count, total_tokens: count });
const inputUsage = z.object({ prompt_tokens: count, total_tokens: count });

/** Log-probabilities of tokens, in nats. */
const logprobs = z.object({
  tokens: z.array(z.string()),
  token_logprobs: z.array(z.number().nullable()),
  top_logprobs: z.array(z.record(z.string(), z.number()).nullable()),
  text_offset: z.array(count).describe('Characters (code points) of the returned text before each token'),
});

const choice = z.object({
  index,
  text: z.string(),
  logprobs: logprobs.nullable(),
  finish_reason: z.enum(['stop', 'length']).nullable(),
});

/** Also the form of each event of a stream. */
export const completionAnswer = z.object({
  id: z.string(),
  object: z.literal('text_completion'),
  created: z.int(),
  model: z.string(),
  seed: z.int().describe('The seed of the texts: it writes them again'),
  choices: z.array(choice),
  usage: usage.nullish(),
});

export type CompletionAnswer = z.infer<typeof completionAnswer>;
export type CompletionChoice = z.infer<typeof choice>;
export type TokenLogprobs = z.infer<typeof logprobs>;

export const modelAnswer = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string(),
});

export const modelsAnswer = list(modelAnswer);

export const embeddingsAnswer = list(
  z.object({
    object: z.literal('embedding'),
    index,
    embedding: z.union([z.array(z.number()), z.string()]).describe('A vector of length 1'),
  }),
).extend({ model: z.string(), usage: inputUsage });

export const perplexityAnswer = list(
  z.object({
    object: z.literal('perplexity'),
    index,
    nats: z.number().describe('Negative log-probability of the text, given its first token'),
    tokens: count.describe('Tokens that were predicted'),
    nats_per_token: z.number(),
    perplexity: z.number().nullable().describe('exp(nats per token); null if that is too large for a number'),
    bits_per_token: z.number(),
    bits_per_character: z.number().nullable(),
    bits_per_byte: z.number().nullable(),
  }),
).extend({ model: z.string(), usage: inputUsage });

export const surprisalAnswer = list(
  z.object({
    object: z.literal('surprisal'),
    index,
    surprisals: z.array(
      z.object({
        index: index.describe('Position of the token or word'),
        offset: count.describe('Characters (code points) before it'),
        text: z.string(),
        nats: z.number(),
      }),
    ),
  }),
).extend({ model: z.string(), unit: z.enum(['token', 'word']), usage: inputUsage });

export const healthAnswer = z.object({ status: z.enum(['ok', 'stopping']) });
