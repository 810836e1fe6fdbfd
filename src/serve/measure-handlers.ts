import type { z } from 'zod';
import { embedTexts } from './embeddings.js';
import type { Handler, ServerContext } from './exchange.js';
import { readBody } from './read-body.js';
import { perplexitiesOf, surprisalsOf } from './scores.js';
import { type InputText, readInput, type ServedModel, type TextInput } from './served-model.js';

/** Computes the answer for the texts of a request, without its usage. */
type Measurement<Body> = (model: ServedModel, inputs: readonly InputText[], body: Body, signal: AbortSignal) => Promise<object>;

/** The handlers of requests that measure texts: embeddings, perplexity and surprisal. */
export function measureHandlers(context: ServerContext) {
  const { endpoints, limits, modelOf } = context;

  function handler<T extends z.ZodType<{ model: string; input: TextInput }>>(
    schema: T,
    measure: Measurement<z.infer<T>>,
  ): Handler {
    return async (request, exchange) => {
      const { signal } = exchange.admit();
      const body = await readBody(request, schema, limits.bodyBytes);
      const served = modelOf(body.model);
      exchange.model = served.name;
      const inputs = readInput(served, body.input, 'input', limits.inputTokens);
      const answer = await measure(served, inputs, body, signal);
      const prompt = inputs.reduce((sum, { ids }) => sum + ids.length, 0);
      exchange.usage = { prompt, completion: 0 };
      return Response.json({ ...answer, usage: { prompt_tokens: prompt, total_tokens: prompt } });
    };
  }

  return {
    embeddings: handler(endpoints.embeddings.request, embedTexts),
    perplexity: handler(endpoints.perplexity.request, perplexitiesOf),
    surprisal: handler(endpoints.surprisal.request, surprisalsOf),
  };
}
