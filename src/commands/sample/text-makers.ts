import type { Engine } from '../../engine/engine.js';
import type { LanguageModel } from '../../model/window-programs.js';
import type { BatchGenerator } from '../../sample/batch.js';
import type { TextGenerator } from '../../sample/generate.js';
import type { ReadPrompt } from '../../sample/read-prompt.js';
import type { GenerationOptions, GenerationSummary, WrittenToken } from '../../sample/text-writer.js';
import type { SampleRequest } from './request.js';
import type { SampleReport, TextResult } from './sample-report.js';

/** Generates texts in one of several ways. */
export interface TextMaker {
  read(prompts: readonly string[]): Promise<ReadPrompt[]>;
  /** Generates the requested number of texts from each prompt. */
  write(prompts: readonly ReadPrompt[], report: SampleReport): Promise<void>;
}

interface Parts {
  readonly model: LanguageModel;
  readonly engine: Engine;
  readonly generator: TextGenerator;
}

/**
 * Chooses the way: a single text while it is generated; several at once; the best of some; or by search. Code is loaded when it is needed.
 */
export async function createTextMaker(parts: Parts, request: SampleRequest, options: GenerationOptions): Promise<TextMaker> {
  const { prompts, samples, beams, bestOf } = request;
  if (beams) return beamMaker(parts, request, options);
  if (prompts.texts.length * samples === 1 && !bestOf) return singleMaker(parts.generator, request, options);
  const { createBatchGenerator } = await import('../../sample/batch.js');
  const batch = createBatchGenerator(parts, prompts.texts.length * samples * (bestOf?.count ?? 1));
  return bestOf ? bestMaker(batch, request, options) : batchMaker(batch, request, options);
}

/** The options of a text; if its tokens are shown, they report each token. */
function optionsOf(
  options: GenerationOptions,
  stream: number,
  tell: ((token: WrittenToken) => void) | false,
): GenerationOptions {
  return { ...options, stream, ...(tell && { onToken: tell }) };
}

/** Whether the report is told each token. */
const showsTokens = ({ probabilities, attention }: SampleRequest) => probabilities || attention;

function singleMaker(generator: TextGenerator, request: SampleRequest, options: GenerationOptions): TextMaker {
  const told = showsTokens(request);
  return {
    read: async ([prompt]) => [await generator.read(prompt!)],
    async write([prompt], report) {
      const text = generator.generate(prompt!, optionsOf(options, 0, told && ((token) => report.token(0, token))));
      let next = await text.next();
      for (; !next.done; next = await text.next()) if (!(await report.text(0, next.value))) return;
      await report.end(0, { ...next.value, stream: 0 });
    },
  };
}

function batchMaker(batch: BatchGenerator, request: SampleRequest, options: GenerationOptions): TextMaker {
  const { samples } = request;
  const told = showsTokens(request);
  return {
    read: batch.read,
    write(prompts, report) {
      const tasks = prompts.flatMap((prompt, place) =>
        Array.from({ length: samples }, (_, stream) => {
          const text = place * samples + stream;
          return { prompt, options: optionsOf(options, stream, told && ((token) => report.token(text, token))) };
        }),
      );
      return batch.write(tasks, {
        text: report.text,
        end: (text, summary) => report.end(text, { ...summary, stream: text % samples }),
      });
    },
  };
}

/** Generates `count` texts for each that is requested, and reports the most likely of them when all are finished. */
function bestMaker(batch: BatchGenerator, request: SampleRequest, options: GenerationOptions): TextMaker {
  const { count, by } = request.bestOf!;
  const worth = ({ logLikelihood = 0, tokens }: GenerationSummary) => (by === 'mean' ? logLikelihood / tokens : logLikelihood);
  const each = count * request.samples;
  return {
    read: batch.read,
    async write(prompts, report) {
      const all = prompts.flatMap((prompt) =>
        Array.from({ length: each }, (_, stream) => ({ prompt, stream, text: '', tokens: [] as WrittenToken[] })),
      );
      const results: GenerationSummary[] = [];
      const tasks = all.map(({ prompt, stream, tokens }) => ({
        prompt,
        options: {
          ...optionsOf(options, stream, showsTokens(request) && ((token) => void tokens.push(token))),
          likelihood: true,
        },
      }));
      await batch.write(tasks, {
        text(task, piece) {
          all[task]!.text += piece;
          return true;
        },
        end(task, summary) {
          results[task] = summary;
          return true;
        },
      });
      for (let wanted = 0; wanted < all.length / count; wanted++) {
        let best = wanted * count;
        for (let task = best + 1; task < (wanted + 1) * count; task++)
          if (worth(results[task]!) > worth(results[best]!)) best = task;
        const { text, tokens, stream } = all[best]!;
        for (const token of tokens) report.token(wanted, token);
        if (text !== '' && !(await report.text(wanted, text))) return;
        if (!(await report.end(wanted, { ...results[best]!, stream }))) return;
      }
    },
  };
}

async function beamMaker(
  { model, engine, generator }: Parts,
  request: SampleRequest,
  options: GenerationOptions,
): Promise<TextMaker> {
  const { createBeamSearch } = await import('../../sample/beam-search.js');
  const { count, lengthPenalty } = request.beams!;
  const search = createBeamSearch({ model, engine }, { ...options, beams: count, lengthPenalty });
  return {
    async read(prompts) {
      const done: ReadPrompt[] = [];
      for (const prompt of prompts) done.push(await generator.read(prompt));
      return done;
    },
    async write(prompts, report) {
      for (const [place, prompt] of prompts.entries()) {
        const found = await search(prompt);
        for (let i = 0; i < request.samples; i++) {
          const number = place * request.samples + i;
          const { text = '', ...result } = found[i] ?? {};
          if (text !== '' && !(await report.text(number, text))) return;
          if (!(await report.end(number, found[i] && (result as TextResult)))) return;
        }
      }
    },
  };
}
