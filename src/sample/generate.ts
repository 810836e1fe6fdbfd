import type { Engine, Program } from '../engine/engine.js';
import { checkKind, checkSignal, checkTokens } from '../foundation/arguments.js';
import { UserError } from '../foundation/errors.js';
import { type Abortable, nextTurn } from '../foundation/next-turn.js';
import { architectureOf } from '../model/architecture.js';
import type { SavedState } from '../model/carried-state.js';
import { programPool, withPooled } from '../model/program-pool.js';
import { directionOf, inReadingOrder } from '../model/stacks.js';
import { type LanguageModel, readingProgram } from '../model/window-programs.js';
import { createPredictor, type Predictor } from './predictor.js';
import type { ReadPrompt } from './read-prompt.js';
import { textOptions, tokensToRead } from './special-tokens.js';
import { createTextWriter, type GenerationOptions, type GenerationSummary } from './text-writer.js';

/** Generates text with a model, any number of texts concurrently. Other tasks of the program can run between two tokens. */
export interface TextGenerator {
  /**
   * Reads a text, from an empty state or after another prompt: the two are then one prompt. A model of independent documents reads a text
   * from an empty state as the beginning of a document. A model that reads backward reads it as the end of a text or document, or as the
   * text before the other prompt. Ids of tokens are read as they are: a text that was written can be continued from any of its tokens.
   * @throws UserError `data` for characters that the vocabulary lacks, if it has no `<unk>` for them
   */
  read(prompt: string | Int32Array, after?: ReadPrompt, options?: Abortable): Promise<ReadPrompt>;
  /**
   * Generates the text after a prompt, piece by piece; pieces do not split characters. A model that reads backward generates the text
   * before the prompt, as one piece at the end. With tokens of bytes, invalid UTF-8 becomes U+FFFD,
   * including an incomplete character at the end. By default, the texts of a model of independent documents end where a document does.
   * @throws UserError `usage` for options out of range, `model` when the model's predictions are not numbers
   */
  generate(prompt: ReadPrompt, options?: GenerationOptions): AsyncGenerator<string, GenerationSummary, undefined>;
}

/**
 * Tokens of a long prompt that are read at once, without predictions: two to six times as fast, and larger windows bring little. Compiling
 * the program takes as long as reading a few hundred tokens one by one.
 */
const WINDOW = 8;
export const LONG_PROMPT = 512;

/** Reads and predicts one text at a time. Its program for windows is created at the first use. */
interface Reader {
  readonly predictor: Predictor;
  window?: Program;
}

/** @param engine an engine of one shard, because a text is a single stream */
export function createGenerator({ model, engine }: { model: LanguageModel; engine: Engine }): TextGenerator {
  const { tokenizer } = model;
  const readers = programPool<Reader>(engine, model, 'reader');
  const inTextOrder = (earlier: Int32Array, later: Int32Array) =>
    directionOf(model.options) === 'forward' ? joined(earlier, later) : joined(later, earlier);
  const createReader = (): Reader => ({ predictor: createPredictor(model, engine, 1) });
  readers.push(readers.pop() ?? createReader());

  /** Reads tokens from the beginning in whole windows, leaving at least one token; returns how many it has read. */
  async function skim(reader: Reader, ids: Int32Array, signal: AbortSignal | undefined): Promise<number> {
    const { state } = reader.predictor;
    reader.window ??= readingProgram(model, engine, { batchSize: 1, sequenceLength: WINDOW, shards: 1 }, state);
    const { inputs, run } = reader.window;
    const tokens = inputs.tokens![0] as Int32Array;
    let done = 0;
    for (; done + WINDOW < ids.length; done += WINDOW) {
      tokens.set(ids.subarray(done, done + WINDOW));
      await run();
      state.carry();
      await nextTurn(signal);
    }
    return done;
  }

  function read(prompt: string | Int32Array, after?: ReadPrompt, { signal }: Abortable = {}): Promise<ReadPrompt> {
    return withPooled(readers, createReader, async (reader) => {
      checkSignal(signal);
      if (prompt instanceof Int32Array) checkTokens('the prompt', prompt, model.options.vocabularySize);
      else checkKind('the prompt', prompt, 'string');
      if (after !== undefined) checkReadPrompt(after, model);
      const ids = typeof prompt === 'string' ? tokenizer.encode(prompt) : prompt;
      if (after !== undefined && ids.length === 0) return after;
      const given = after === undefined ? tokensToRead(model, ids) : inReadingOrder(model.options, ids);
      const { predictor } = reader;
      const { state, tokens } = predictor;
      for (const one of [reader, ...readers]) {
        one.predictor.parametersChanged();
        one.window?.parametersChanged();
      }
      if (after === undefined) state.reset();
      else state.restore(after.state);
      // The last token is read by the other program, which predicts the next token.
      let done = given.length >= LONG_PROMPT ? await skim(reader, given, signal) : 0;
      for (; done < given.length; done++) {
        tokens[0] = given[done]!;
        await predictor.advance();
        await nextTurn(signal);
      }
      const all = after === undefined ? ids : inTextOrder(after.ids, ids);
      return { text: tokenizer.decode(all), ids: all, state: state.save(), logits: Float32Array.from(predictor.logits[0]!) };
    });
  }

  /** Reads a token: state and logits are then those after the token. */
  function advance(text: { state: SavedState; logits: Float32Array }, id: number): Promise<void> {
    return withPooled(readers, createReader, async ({ predictor }) => {
      predictor.restoreRow(0, text.state);
      predictor.tokens[0] = id;
      await predictor.advance();
      predictor.copyRow(0, text.state);
      text.logits.set(predictor.logits[0]!);
    });
  }

  async function* generate(
    prompt: ReadPrompt,
    options: GenerationOptions = {},
  ): AsyncGenerator<string, GenerationSummary, undefined> {
    checkReadPrompt(prompt, model);
    const text = { state: prompt.state.map((part) => Float32Array.from(part)), logits: Float32Array.from(prompt.logits) };
    const writer = createTextWriter(text.logits, prompt, model, textOptions(model, options));
    for (;;) {
      const id = writer.write();
      if (writer.text !== '') yield writer.text;
      if (writer.summary) return writer.summary;
      await advance(text, id);
      await nextTurn(options.signal);
    }
  }

  return { read, generate };
}

/** @throws UserError `usage` for a value that is not a prompt read by this model */
export function checkReadPrompt(prompt: ReadPrompt, { options }: LanguageModel): void {
  checkKind('the prompt', prompt, 'object');
  const { ids, state, logits } = prompt;
  checkTokens('the prompt', ids, options.vocabularySize);
  const sizes = architectureOf(options).states.map(({ columns }) => columns);
  const fits =
    logits instanceof Float32Array &&
    logits.length === options.vocabularySize &&
    Array.isArray(state) &&
    state.length === sizes.length;
  if (fits && sizes.every((size, i) => state[i] instanceof Float32Array && state[i].length === size)) return;
  throw new UserError('usage', 'the prompt was not read by this model: read it with the generator that continues it');
}

function joined(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
