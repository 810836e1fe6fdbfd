import { directionOf } from '../model/stacks.js';
import { textOptions } from '../sample/special-tokens.js';
import type { GenerationOptions } from '../sample/text-writer.js';
import { tokenFilters } from '../sample/token-filters.js';
import { ApiError } from './api-error.js';
import type { Limits } from './limits.js';
import { type CompletionBody, filterParameter, USUAL_MAX_TOKENS } from './request-schemas.js';
import { type InputText, readInput, type ServedModel } from './served-model.js';

/** What a request for completions asks for, with every default. */
export interface CompletionPlan {
  readonly served: ServedModel;
  readonly prompts: readonly InputText[];
  /** Of each text; `stream` is added. */
  readonly options: GenerationOptions & { readonly seed: number };
  /** 0: nothing is written, and the prompts are returned with `echo`. */
  readonly maxTokens: number;
  /** Texts for each prompt, and how many are written to choose them from. */
  readonly n: number;
  readonly bestOf: number;
  readonly echo: boolean;
  /** How many alternatives have log-probabilities; undefined: there are none. */
  readonly alternatives: number | undefined;
  readonly streams: boolean;
  readonly includesUsage: boolean;
}

/**
 * @param seed for a request without one
 * @throws ApiError 400 naming the parameter
 */
export function planCompletion(body: CompletionBody, served: ServedModel, limits: Limits, seed: number): CompletionPlan {
  const n = body.n ?? 1;
  const bestOf = body.best_of ?? n;
  const streams = body.stream ?? false;
  const isBackward = directionOf(served.model.options) === 'backward';
  const refuse = (param: string, message: string): never => {
    throw new ApiError(400, `${param}: ${message}`, { param, code: 'invalid_value' });
  };
  if (bestOf < n) refuse('best_of', `it is ${bestOf}, and n is ${n}: at least n texts must be written`);
  if (streams && bestOf > n)
    refuse('best_of', 'a stream cannot send a text before the best is known: leave out stream or best_of');
  if (body.stream_options && !streams) refuse('stream_options', 'only a request with stream has them');
  if (isBackward && typeof body.logprobs === 'number')
    refuse('logprobs', 'this model writes a text from its end, and has no log-probabilities in the order of the text');
  const maxTokens = body.max_tokens ?? Math.min(USUAL_MAX_TOKENS, limits.outputTokens);
  if ((body.min_tokens ?? 0) > maxTokens) refuse('min_tokens', `it is ${body.min_tokens}, and max_tokens is ${maxTokens}`);
  const prompts = readInput(served, body.prompt ?? '', 'prompt', limits.inputTokens);
  if (prompts.length * bestOf > limits.texts)
    refuse(
      'best_of',
      `${prompts.length} prompts times ${bestOf} are more than ${limits.texts} texts, the limit of this server`,
    );
  const written = { ...optionsOf(body, served, body.seed ?? seed), maximumTokens: Math.max(1, maxTokens) };
  return {
    served,
    prompts,
    // Refuses what the model cannot do before a stream begins.
    options: { ...textOptions(served.model, written), likelihood: bestOf > n },
    maxTokens,
    n,
    bestOf,
    echo: body.echo ?? false,
    alternatives: body.logprobs ?? undefined,
    streams,
    includesUsage: body.stream_options?.include_usage ?? false,
  };
}

function optionsOf(body: CompletionBody, { model }: ServedModel, seed: number): CompletionPlan['options'] {
  const { normalize } = model.tokenizer;
  const stop = [body.stop ?? []].flat();
  const filters = tokenFilters.map(({ name, flag }) => [name, body[filterParameter(flag)] ?? undefined] as const);
  return {
    ...(Object.fromEntries(filters) as Pick<GenerationOptions, (typeof tokenFilters)[number]['name']>),
    minimumTokens: body.min_tokens ?? undefined,
    temperature: body.temperature ?? undefined,
    repetitionPenalty: body.repetition_penalty ?? undefined,
    frequencyPenalty: body.frequency_penalty ?? undefined,
    presencePenalty: body.presence_penalty ?? undefined,
    penaltyWindow: body.penalty_window ?? undefined,
    stop: stop.length === 0 ? undefined : normalize ? stop.map(normalize) : stop,
    seed,
  };
}
