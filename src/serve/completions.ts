import { directionOf } from '../model/stacks.js';
import type { ReadPrompt } from '../sample/read-prompt.js';
import type { GenerationSummary, WrittenToken } from '../sample/text-writer.js';
import { countCodePoints } from '../text/code-points.js';
import type { CompletionAnswer, CompletionChoice, TokenLogprobs } from './answer-schemas.js';
import type { CompletionPlan } from './completion-plan.js';
import type { EventStream } from './event-stream.js';
import { createLogprobLog } from './logprobs.js';
import { createPartSender, mergedParts } from './part-sender.js';
import { readPromptTokens, type TaskContext, writeText } from './row-tasks.js';
import type { InputText } from './served-model.js';
import { tokenNames } from './token-names.js';

/** Tokens that were read and written. */
export interface Usage {
  readonly prompt: number;
  readonly completion: number;
}

/** What each answer and event of a request has. */
export type CompletionHead = Omit<CompletionAnswer, 'choices' | 'usage'>;

/** The parts of one returned text, in order. */
interface ChoiceParts {
  /** The prompt, if the request wants it. */
  echoed(): CompletionChoice;
  token: ((token: WrittenToken) => void) | undefined;
  piece(text: string): CompletionChoice;
  /** The last part; it adds log-probabilities, but no text. */
  end(finish: GenerationSummary['finish']): CompletionChoice;
}

/** A prompt that was read, with the parts of a text that begin with it. */
interface OpenPrompt {
  readonly read: ReadPrompt;
  parts(index: number): ChoiceParts;
}

export const usageAnswer = ({ prompt, completion }: Usage) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
});

const context = ({ served }: CompletionPlan, signal: AbortSignal): TaskContext => ({ ...served, signal });

async function openPrompt(plan: CompletionPlan, { ids, text }: InputText, signal: AbortSignal): Promise<OpenPrompt> {
  const { served, alternatives, echo } = plan;
  const nameOf = tokenNames(served.model.tokenizer);
  const log = alternatives === undefined || !echo ? undefined : createLogprobLog(nameOf);
  const decoder = served.model.tokenizer.createDecoder();
  const pieces = Array.from(ids, (id) => decoder.push(id));
  let place = 0;
  const read = await readPromptTokens(
    context(plan, signal),
    ids,
    log && { alternatives: alternatives!, token: (token) => log.add(token, pieces[place++]!) },
  );
  const promptLog = log?.take(Number.POSITIVE_INFINITY);
  // Of a model that writes from the end, the prompt follows the text, and is shown as a whole.
  const shown = directionOf(served.model.options) === 'backward' ? text : pieces.join('');
  return { read, parts: (index) => choiceParts(index, shown) };

  function choiceParts(index: number, prompt: string): ChoiceParts {
    const own = alternatives === undefined ? undefined : createLogprobLog(nameOf, echo ? countCodePoints(prompt) : 0);
    let length = echo ? countCodePoints(prompt) : 0;
    const part = (text: string, logprobs: TokenLogprobs | undefined, finish: CompletionChoice['finish_reason'] = null) => ({
      index,
      text,
      logprobs: logprobs ?? null,
      finish_reason: finish,
    });
    return {
      echoed: () => part(prompt, promptLog),
      token: own?.written,
      piece(text) {
        length += countCodePoints(text);
        return part(text, own?.take(length));
      },
      end: (finish) =>
        part('', own?.take(finish === 'length' ? Number.POSITIVE_INFINITY : length), finish === 'length' ? 'length' : 'stop'),
    };
  }
}

const openPrompts = (plan: CompletionPlan, signal: AbortSignal) =>
  Promise.all(plan.prompts.map((prompt) => openPrompt(plan, prompt, signal)));

const usageOf = ({ prompts }: CompletionPlan, summaries: readonly GenerationSummary[]): Usage => ({
  prompt: prompts.reduce((sum, { ids }) => sum + ids.length, 0),
  completion: summaries.reduce((sum, { tokens }) => sum + tokens, 0),
});

/** Writes one text, part by part. */
async function writeParts(
  plan: CompletionPlan,
  { read }: OpenPrompt,
  stream: number,
  parts: ChoiceParts,
  signal: AbortSignal,
  take: (part: CompletionChoice) => void,
  isPaused?: () => boolean,
): Promise<GenerationSummary> {
  const { echo, maxTokens, options, alternatives } = plan;
  const isBackward = directionOf(plan.served.model.options) === 'backward';
  if (echo && !isBackward) take(parts.echoed());
  const { token } = parts;
  const summary: GenerationSummary =
    maxTokens === 0
      ? { tokens: 0, finish: 'length' }
      : await writeText(
          context(plan, signal),
          read,
          { ...options, stream, ...(token && { onToken: token, alternatives }) },
          { text: (piece) => take(parts.piece(piece)), ...(isPaused && { isPaused }) },
        );
  if (echo && isBackward) take(parts.echoed());
  take(parts.end(summary.finish));
  return summary;
}

/** The whole answer. */
export async function completeTexts(
  plan: CompletionPlan,
  head: CompletionHead,
  signal: AbortSignal,
): Promise<{ answer: CompletionAnswer; usage: Usage }> {
  const { n, bestOf } = plan;
  const opened = await openPrompts(plan, signal);
  const written = await Promise.all(
    opened.map((prompt) =>
      Promise.all(
        Array.from({ length: bestOf }, async (_, stream) => {
          const parts: CompletionChoice[] = [];
          const summary = await writeParts(plan, prompt, stream, prompt.parts(0), signal, (part) => void parts.push(part));
          return { parts, summary };
        }),
      ),
    ),
  );
  const chosen = written.flatMap((texts) =>
    // Sorting is stable: of equal texts the first ones are chosen.
    (bestOf > n ? texts.toSorted((a, b) => worth(b.summary) - worth(a.summary)) : texts).slice(0, n),
  );
  const summaries = written.flat().map(({ summary }) => summary);
  const usage = usageOf(plan, summaries);
  const choices = chosen.map(({ parts }, index) => mergedParts(parts, index));
  return { answer: { ...head, choices, usage: usageAnswer(usage) }, usage };
}

const worth = ({ logLikelihood = 0, tokens }: GenerationSummary) => logLikelihood / Math.max(1, tokens);

/**
 * Reads the prompts, and returns the function that sends the answer as events while it is written. Errors before the first event are those
 * of a request without a stream.
 */
export async function prepareStream(plan: CompletionPlan, head: CompletionHead, signal: AbortSignal) {
  const opened = await openPrompts(plan, signal);
  return async (events: EventStream): Promise<Usage> => {
    const sender = createPartSender((part) =>
      events.send({ ...head, choices: [part], ...(plan.includesUsage && { usage: null }) }),
    );
    try {
      const written = opened.flatMap((prompt, place) =>
        Array.from({ length: plan.n }, (_, stream) => {
          const parts = prompt.parts(place * plan.n + stream);
          return writeParts(plan, prompt, stream, parts, signal, sender.add, events.isFull);
        }),
      );
      const summaries = await Promise.all(written);
      sender.close();
      const usage = usageOf(plan, summaries);
      if (plan.includesUsage) events.send({ ...head, choices: [], usage: usageAnswer(usage) });
      return usage;
    } finally {
      sender.close();
    }
  };
}
