import { checkFinite } from '../evaluate/perplexity.js';
import { logSumExpOf } from '../foundation/special-functions.js';
import type { LanguageModel } from '../model/window-programs.js';
import type { ReadPrompt } from '../sample/read-prompt.js';
import { textOptions, tokensToRead } from '../sample/special-tokens.js';
import { createTextWriter, type GenerationOptions, type GenerationSummary } from '../sample/text-writer.js';
import { createTopFinder } from '../sample/token-filters.js';
import type { RowScheduler, RowTask } from './row-scheduler.js';

/** A token of a text with the model's log-probabilities, in nats. */
export interface TokenLikelihood {
  readonly id: number;
  /** Undefined for a token that the model does not predict, because it reads nothing before it. */
  readonly logProbability: number | undefined;
  /** The most likely tokens at this place, the likeliest first. */
  readonly alternatives: readonly { readonly id: number; readonly logProbability: number }[];
}

/** What the tasks of a request need. */
export interface TaskContext {
  readonly model: LanguageModel;
  readonly scheduler: RowScheduler;
  readonly signal: AbortSignal;
}

/**
 * Reads a prompt from an empty state.
 * @param watch is told each token of the prompt with so many alternatives, in the order of reading
 */
export async function readPromptTokens(
  { model, scheduler, signal }: TaskContext,
  ids: Int32Array,
  watch?: { readonly alternatives: number; token(token: TokenLikelihood): void },
): Promise<ReadPrompt> {
  const given = tokensToRead(model, ids);
  /** Tokens that are read before the prompt. */
  const before = given.length - ids.length;
  const logits = new Float32Array(model.options.vocabularySize);
  const likeliest = watch ? createTopFinder(logits, watch.alternatives) : undefined;
  let read = 0;
  let prompt: ReadPrompt | undefined;
  const task: RowTask = {
    start: undefined,
    step(next) {
      if (next) logits.set(next);
      if (watch && read >= before && read < given.length)
        watch.token(likelihoodOf(given[read]!, next && logits, watch.alternatives > 0 ? likeliest : undefined));
      return given[read++];
    },
    end(save) {
      prompt = { text: model.tokenizer.decode(ids), ids, state: save(), logits };
    },
  };
  await scheduler.run(task, signal);
  return prompt!;
}

function likelihoodOf(id: number, logits: Float32Array | undefined, likeliest: (() => number[]) | undefined): TokenLikelihood {
  if (logits === undefined) return { id, logProbability: undefined, alternatives: [] };
  const normalizer = logSumExpOf(logits);
  const of = (token: number) => logits[token]! - normalizer;
  const alternatives = likeliest?.().map((token) => ({ id: token, logProbability: of(token) })) ?? [];
  return { id, logProbability: of(id), alternatives };
}

/** Takes the pieces of a text while it is written. */
export interface TextListener {
  text(piece: string): void;
  /** Whether to wait until the scheduler is woken. */
  isPaused?(): boolean;
}

/** Writes a text after a prompt, with the same bits as `generate` of `createGenerator`. */
export async function writeText(
  { model, scheduler, signal }: TaskContext,
  prompt: ReadPrompt,
  options: GenerationOptions,
  listener: TextListener,
): Promise<GenerationSummary> {
  let writing: { readonly logits: Float32Array; readonly writer: ReturnType<typeof createTextWriter> } | undefined;
  const begin = () => {
    const logits = new Float32Array(prompt.logits.length);
    return { logits, writer: createTextWriter(logits, prompt, model, textOptions(model, options)) };
  };
  const task: RowTask = {
    start: prompt,
    step(next) {
      // A text that waits takes no memory.
      writing ??= begin();
      const { logits, writer } = writing;
      logits.set(next!);
      const id = writer.write();
      if (writer.text !== '') listener.text(writer.text);
      return writer.summary ? undefined : id;
    },
    isPaused: () => listener.isPaused?.() ?? false,
  };
  await scheduler.run(task, signal);
  return writing!.writer.summary!;
}

/**
 * The nats of each token of a text but the first, in the order of reading: as `evaluatePerplexity`, up to rounding.
 * @param tokens at least two, in the order of reading
 */
export async function scoreInRows({ model, scheduler, signal }: TaskContext, tokens: Int32Array): Promise<Float32Array> {
  const losses = new Float32Array(tokens.length - 1);
  let read = 0;
  const task: RowTask = {
    start: undefined,
    step(logits) {
      if (logits) {
        losses[read - 1] = logSumExpOf(logits) - logits[tokens[read]!]!;
        checkFinite(losses.subarray(read - 1), read - 1, 1, model);
      }
      return read < losses.length ? tokens[read++] : undefined;
    },
  };
  await scheduler.run(task, signal);
  return losses;
}
