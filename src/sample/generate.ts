import type { Engine, Program } from '../engine/engine.js';
import { createCarriedState, type SavedState } from '../model/carried-state.js';
import { predictionGraph } from '../model/language-model.js';
import type { OpenedModel } from '../model/open-model.js';
import { parameterBindings } from '../model/parameter-table.js';
import { createRandom } from '../random.js';
import { firstToken } from './first-token.js';
import { createSampler, type SamplingOptions } from './sampler.js';
import { createStopFilter } from './stop-strings.js';

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

export interface GenerationOptions extends SamplingOptions {
  readonly maximumTokens: number;
  /** An integer from 0 to 2^53 - 1: the same seed and stream write the same text. */
  readonly seed: number;
  /** Which of the independent samples of the seed this is; default 0. */
  readonly stream?: number | undefined;
  /** Strings that end the text; they are not part of it. */
  readonly stop?: readonly string[] | undefined;
}

export interface GenerationSummary {
  /** Tokens that were drawn. */
  readonly tokens: number;
  /** Why the text ends: it reached `maximumTokens`, or a stop string came. */
  readonly finish: 'length' | 'stop';
}

/** Writes text with a model. One text at a time: beginning another ends the one before. */
export interface TextGenerator {
  /** @throws UserError `data` for characters that the vocabulary does not have, if it has no `<unk>` for them. */
  read(prompt: string): Promise<ReadPrompt>;
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
const LONG_PROMPT = 512;

/** @param engine of one shard: a text is a single stream. */
export function createGenerator({ model, engine }: { model: OpenedModel; engine: Engine }): TextGenerator {
  if (engine.shards !== 1) throw new Error(`text is generated on one shard, not ${engine.shards}`);
  const { options, tokenizer, table, arena } = model;
  const state = createCarriedState(engine, options, 1);
  const compile = (sequenceLength: number, withLogits: boolean): Program => {
    const { logits, ...next } = predictionGraph(options, { batchSize: 1, sequenceLength, shards: 1 });
    return engine.compile(withLogits ? { logits: logits!, ...next } : next, {
      inputs: { ...parameterBindings(table, arena), ...state.inputs },
      outputs: state.outputs,
    });
  };
  const step = compile(1, true);
  let window: Program | undefined;
  const token = step.inputs.tokens![0] as Int32Array;
  const logits = step.outputs.logits![0] as Float32Array;
  let latest: object | undefined;

  async function advance(program: Program): Promise<void> {
    const running = program.run();
    if (running instanceof Promise) await running;
    state.carry();
  }

  async function read(prompt: string): Promise<ReadPrompt> {
    const ids = tokenizer.encode(prompt);
    const given = ids.length > 0 ? ids : Int32Array.of(firstToken(tokenizer));
    latest = undefined;
    state.reset();
    let done = 0;
    if (given.length >= LONG_PROMPT) {
      window ??= compile(WINDOW, false);
      const tokens = window.inputs.tokens![0] as Int32Array;
      // The last token is left to the other program, which says what follows.
      for (; done + WINDOW < given.length; done += WINDOW) {
        tokens.set(given.subarray(done, done + WINDOW));
        await advance(window);
      }
    }
    for (; done < given.length; done++) {
      token[0] = given[done]!;
      await advance(step);
    }
    return { text: tokenizer.decode(ids), ids, state: state.save(), logits: Float32Array.from(logits) };
  }

  async function* generate(
    prompt: ReadPrompt,
    options: GenerationOptions,
  ): AsyncGenerator<string, GenerationSummary, undefined> {
    const { maximumTokens, seed, stream = 0, stop = [] } = options;
    if (stop.includes('')) throw new RangeError('a stop string is empty');
    const sample = createSampler(logits, options);
    const random = createRandom(seed, stream);
    const decoder = tokenizer.createDecoder();
    for (const id of prompt.ids) decoder.push(id);
    const filter = createStopFilter(stop);
    const self = {};
    latest = self;
    state.restore(prompt.state);
    logits.set(prompt.logits);

    for (let tokens = 1; tokens <= maximumTokens; tokens++) {
      const id = sample(random);
      const text = filter.push(decoder.push(id));
      if (text !== '') yield text;
      if (filter.stopped) return { tokens, finish: 'stop' };
      if (tokens === maximumTokens) break;
      if (latest !== self) throw new Error('this text was given up when another one was begun');
      token[0] = id;
      await advance(step);
    }
    const rest = filter.push(decoder.end()) + filter.end();
    if (rest !== '') yield rest;
    return { tokens: maximumTokens, finish: filter.stopped ? 'stop' : 'length' };
  }

  return { read, generate };
}
