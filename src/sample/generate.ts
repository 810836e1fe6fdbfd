import type { Engine, Program } from '../engine/engine.js';
import type { SavedState } from '../model/carried-state.js';
import { type LanguageModel, readingProgram } from '../model/window-programs.js';
import { firstToken } from './first-token.js';
import { createPredictor } from './predictor.js';
import { createTextWriter, type GenerationOptions, type GenerationSummary } from './text-writer.js';

/** A prompt that a model has read: any number of samples can go on from it. */
export interface ReadPrompt {
  /** The prompt as the model sees it: unknown words are `<unk>`, spaces are those of the tokenizer. */
  readonly text: string;
  /** Empty for an empty prompt. */
  readonly ids: Int32Array;
  /** Hidden state after the prompt, and the logits of the token that follows. */
  readonly state: SavedState;
  readonly logits: Float32Array;
}

/** Writes text with a model. One text at a time: beginning another ends the one before. */
export interface TextGenerator {
  /**
   * Reads a text, from nothing or from where another has ended: the two are then one prompt.
   * @throws UserError `data` for characters that the vocabulary does not have, if it has no `<unk>` for them.
   */
  read(prompt: string, after?: ReadPrompt): Promise<ReadPrompt>;
  /**
   * Text that follows the prompt, piece by piece; the pieces do not cut characters. Where tokens are bytes, what is not UTF-8 is
   * U+FFFD, a character that is incomplete at the end too.
   * @throws RangeError for options out of range, UserError `model` when the model predicts no numbers.
   */
  generate(prompt: ReadPrompt, options: GenerationOptions): AsyncGenerator<string, GenerationSummary, undefined>;
}

/**
 * Tokens of a long prompt that are read at once, without predicting what follows each: two to six times as fast, and larger windows
 * gain little. Making the program for it takes as long as reading a few hundred tokens one by one.
 */
const WINDOW = 8;
export const LONG_PROMPT = 512;

/** @param engine of one shard: a text is a single stream. */
export function createGenerator({ model, engine }: { model: LanguageModel; engine: Engine }): TextGenerator {
  const { tokenizer } = model;
  const predictor = createPredictor(model, engine, 1);
  const { tokens, state } = predictor;
  const logits = predictor.logits[0]!;
  let window: Program | undefined;
  let latest: object | undefined;

  /** Reads tokens from the beginning on, as many windows as leave at least one token; returns how many it has read. */
  async function skim(ids: Int32Array): Promise<number> {
    window ??= readingProgram(model, engine, { batchSize: 1, sequenceLength: WINDOW, shards: 1 }, state);
    const windowTokens = window.inputs.tokens![0] as Int32Array;
    let done = 0;
    for (; done + WINDOW < ids.length; done += WINDOW) {
      windowTokens.set(ids.subarray(done, done + WINDOW));
      await window.run();
      state.carry();
    }
    return done;
  }

  async function read(prompt: string, after?: ReadPrompt): Promise<ReadPrompt> {
    const ids = tokenizer.encode(prompt);
    if (after !== undefined && ids.length === 0) return after;
    const given = ids.length > 0 ? ids : Int32Array.of(firstToken(tokenizer));
    latest = undefined;
    if (after === undefined) state.reset();
    else state.restore(after.state);
    // The last token is left to the other program, which says what follows.
    let done = given.length >= LONG_PROMPT ? await skim(given) : 0;
    for (; done < given.length; done++) {
      tokens[0] = given[done]!;
      const running = predictor.advance();
      if (running instanceof Promise) await running;
    }
    const all = after === undefined ? ids : joined(after.ids, ids);
    return { text: tokenizer.decode(all), ids: all, state: state.save(), logits: Float32Array.from(logits) };
  }

  async function* generate(
    prompt: ReadPrompt,
    options: GenerationOptions,
  ): AsyncGenerator<string, GenerationSummary, undefined> {
    const writer = createTextWriter(logits, prompt, tokenizer, options);
    const self = {};
    latest = self;
    state.restore(prompt.state);
    logits.set(prompt.logits);
    for (;;) {
      const id = writer.write();
      if (writer.text !== '') yield writer.text;
      if (writer.summary) return writer.summary;
      if (latest !== self) throw new Error('this text was given up when another one was begun');
      tokens[0] = id;
      const running = predictor.advance();
      if (running instanceof Promise) await running;
    }
  }

  return { read, generate };
}

function joined(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
