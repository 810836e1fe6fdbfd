import type { Engine } from '../engine/engine.js';
import { checkNumber, checkSignal, countRange } from '../foundation/arguments.js';
import { type Abortable, nextTurn } from '../foundation/next-turn.js';
import type { LanguageModel } from '../model/window-programs.js';
import { checkReadPrompt, LONG_PROMPT, type TextGenerator } from './generate.js';
import { type Predictor, withPredictor } from './predictor.js';
import type { ReadPrompt } from './read-prompt.js';
import { textOptions, tokensToRead } from './special-tokens.js';
import { createTextWriter, type GenerationOptions, type GenerationSummary, type TextWriter } from './text-writer.js';

/** One text to generate. */
export interface WritingTask {
  readonly prompt: ReadPrompt;
  readonly options: Omit<GenerationOptions, 'signal'>;
}

/**
 * Reads and generates many texts at once, so that the weights are loaded from memory once for all of them. Each text has the same bits as
 * alone.
 */
export interface BatchGenerator {
  /** @throws UserError `data` for characters that the vocabulary does not have, if it has no `<unk>` for them. */
  read(prompts: readonly string[], options?: Abortable): Promise<ReadPrompt[]>;
  /**
   * Generates all texts. The sink gets the pieces of different texts interleaved, those of each text in order. Ends early when the sink
   * returns false.
   */
  write(tasks: readonly WritingTask[], sink: TextSink, options?: Abortable): Promise<void>;
}

/** Takes the generated texts; tasks are numbered as in their list. */
export interface TextSink {
  /** A piece of a text. Returns false to stop the generation. */
  text(task: number, piece: string): boolean | Promise<boolean>;
  /** The end of a text. Returns false to stop the generation. */
  end(task: number, summary: GenerationSummary): boolean | Promise<boolean>;
}

/** More rows bring little: a matrix product is then near its highest speed. */
const MOST_ROWS = 32;

/**
 * Creates a batch generator. When a text ends, the next one takes its row, independent of the other rows.
 * @param generator reads prompts that are long enough for windows, as for a single text
 * @param most the most texts that are generated at once
 */
export function createBatchGenerator(
  { model, engine, generator }: { model: LanguageModel; engine: Engine; generator: TextGenerator },
  most: number,
): BatchGenerator {
  const { tokenizer, options } = model;
  // With more rows than words the graph would be another one (a gather from a product), and the last bits could differ.
  checkNumber('most', most, countRange);
  const rows = Math.min(most, MOST_ROWS, options.vocabularySize);
  const lend = <T>(use: (predictor: Predictor) => Promise<T>) => withPredictor(model, engine, rows, use);
  return {
    async read(prompts, { signal } = {}) {
      checkSignal(signal);
      const done: (ReadPrompt | undefined)[] = prompts.map(() => undefined);
      const short: ShortPrompt[] = [];
      for (const [place, prompt] of prompts.entries()) {
        const ids = tokenizer.encode(prompt);
        const given = tokensToRead(model, ids);
        if (given.length >= LONG_PROMPT) done[place] = await generator.read(prompt, undefined, { signal });
        else short.push({ place, ids, given });
      }
      await lend((predictor) =>
        readShort(predictor, short, signal, (place, ids, row) => {
          const logits = Float32Array.from(predictor.logits[row]!);
          done[place] = { text: tokenizer.decode(ids), ids, state: predictor.saveRow(row), logits };
        }),
      );
      return done as ReadPrompt[];
    },

    async write(tasks, sink, { signal } = {}) {
      checkSignal(signal);
      for (const { prompt } of tasks) checkReadPrompt(prompt, model);
      await lend((predictor) => writeAll(predictor, model, tasks, sink, signal));
    },
  };
}

/** Generates the texts, as many in parallel as the predictor has rows. */
async function writeAll(
  predictor: Predictor,
  model: LanguageModel,
  tasks: readonly WritingTask[],
  sink: TextSink,
  signal: AbortSignal | undefined,
): Promise<void> {
  const underway: ({ task: number; writer: TextWriter } | undefined)[] = [];
  let begun = 0;
  const begin = (row: number) => {
    if (begun === tasks.length) return undefined;
    const task = begun++;
    const { prompt, options } = tasks[task]!;
    predictor.restoreRow(row, prompt.state);
    predictor.logits[row]!.set(prompt.logits);
    return { task, writer: createTextWriter(predictor.logits[row]!, prompt, model, textOptions(model, options)) };
  };
  for (let row = 0; row < predictor.rows; row++) underway.push(begin(row));
  while (underway.some((text) => text !== undefined)) {
    for (let row = 0; row < predictor.rows; row++) {
      for (let text = underway[row]; text !== undefined; text = underway[row]) {
        const { task, writer } = text;
        predictor.tokens[row] = writer.write();
        if (writer.text !== '' && !(await sink.text(task, writer.text))) return;
        if (writer.summary === undefined) break;
        if (!(await sink.end(task, writer.summary))) return;
        underway[row] = begin(row);
      }
    }
    await predictor.advance();
    await nextTurn(signal);
  }
}

/** A prompt's place in the list, its tokens, and the tokens that are read for it. */
interface ShortPrompt {
  readonly place: number;
  readonly ids: Int32Array;
  readonly given: Int32Array;
}

/** Reads prompts in parallel. A row whose prompt has ended continues with the next prompt. */
async function readShort(
  predictor: Predictor,
  prompts: readonly ShortPrompt[],
  signal: AbortSignal | undefined,
  onRead: (place: number, ids: Int32Array, row: number) => void,
): Promise<void> {
  const next = prompts[Symbol.iterator]();
  const begin = (row: number) => {
    const { value } = next.next();
    if (value === undefined) return undefined;
    predictor.resetRow(row);
    return { ...value, read: 0 };
  };
  const underway = Array.from({ length: predictor.rows }, (_, row) => begin(row));
  while (underway.some((prompt) => prompt !== undefined)) {
    for (const [row, prompt] of underway.entries()) if (prompt) predictor.tokens[row] = prompt.given[prompt.read++]!;
    await predictor.advance();
    await nextTurn(signal);
    for (const [row, prompt] of underway.entries()) {
      if (!prompt || prompt.read < prompt.given.length) continue;
      onRead(prompt.place, prompt.ids, row);
      underway[row] = begin(row);
    }
  }
}
