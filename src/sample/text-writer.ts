import {
  checkKind,
  checkNumber,
  checkOptionalKind,
  checkOptionalNumber,
  checkSignal,
  countRange,
  seedRange,
} from '../foundation/arguments.js';
import { UserError } from '../foundation/errors.js';
import type { Abortable } from '../foundation/next-turn.js';
import { createRandom } from '../foundation/random.js';
import { logSumExpOf } from '../foundation/special-functions.js';
import type { ModelDescription } from '../model/model-description.js';
import { inReadingOrder } from '../model/stacks.js';
import { continuationDecoder } from './continuation-decoder.js';
import { createPenalties, type PenaltyOptions } from './penalties.js';
import type { ReadPrompt } from './read-prompt.js';
import { createSampler, type SamplingOptions } from './sampler.js';
import { createStopFilter } from './stop-strings.js';
import { createTopFinder } from './token-filters.js';

/**
 * A constraint on a text: an automaton whose states determine which tokens may follow. States are numbers, so any number of texts can share
 * it.
 */
export interface TokenConstraint {
  /** The state before the first token. */
  readonly start: number;
  /** Ids that may follow; empty only if the text must end here. The array belongs to the constraint. */
  allowed(state: number): Int32Array;
  /** The state after an allowed token. */
  next(state: number, id: number): number;
  /** Whether the text may end here. */
  accepts(state: number): boolean;
}

/** A token of a text, with the model's probabilities. */
export interface WrittenToken {
  readonly id: number;
  /** The text that it adds; empty while a character is incomplete. */
  readonly text: string;
  /** The model's own probability of it, before constraint, penalties, filters and temperature. */
  readonly probability: number;
  /** The most likely tokens in descending order; as many as requested. */
  readonly alternatives: readonly { readonly id: number; readonly probability: number }[];
}

/** The default number of tokens: some texts would never end. */
export const USUAL_TOKENS = 500;

export interface GenerationOptions extends SamplingOptions, PenaltyOptions, Abortable {
  /** At least 1; default 500. */
  readonly maximumTokens?: number | undefined;
  /** Until this number of tokens the text does not end: no end token is drawn, and stop strings have no effect. Default 0. */
  readonly minimumTokens?: number | undefined;
  /** An integer from 0 to 2^53 - 1: the same seed and stream write the same text. Default 1. */
  readonly seed?: number | undefined;
  /** The number of this sample among the independent samples of the seed; default 0. */
  readonly stream?: number | undefined;
  /** Strings that end the text; they are not part of it. */
  readonly stop?: readonly string[] | undefined;
  /** A token that ends the text. It is drawn like any other, and is not part of the text. */
  readonly endToken?: number | undefined;
  /** Must be created with the same `endToken`, if any. */
  readonly constraint?: TokenConstraint | undefined;
  /** Whether to sum the model's own log-probabilities. */
  readonly likelihood?: boolean | undefined;
  /** Called with every token, and with so many of the most likely alternatives. */
  readonly onToken?: ((token: WrittenToken) => void) | undefined;
  readonly alternatives?: number | undefined;
}

export interface GenerationSummary {
  /** The number of drawn tokens, including an end token and those of a stop string. */
  readonly tokens: number;
  /** Why the text ended: after `maximumTokens`, at a stop string, at the end token, or because nothing can follow a match. */
  readonly finish: 'length' | 'stop' | 'end' | 'match';
  /** With a constraint: whether the text satisfies it. It need not if the length ended the text. */
  readonly matches?: boolean;
  /** With `likelihood`: the sum over the drawn tokens, in nats. */
  readonly logLikelihood?: number;
}

/** Generates one text. The caller computes the logits and then calls `write`. */
export interface TextWriter {
  /** Draws the next token from the logits and returns its id. */
  write(): number;
  /** The text that the latest token has added. */
  readonly text: string;
  /** Present when the text has ended. */
  readonly summary: GenerationSummary | undefined;
}

/**
 * Begins a text after a prompt, or, with a model that reads backward, before it.
 * @param logits [V], read in place whenever a token is drawn
 * @throws UserError `usage` for options out of range
 */
export function createTextWriter(
  logits: Float32Array,
  prompt: ReadPrompt,
  model: ModelDescription,
  options: GenerationOptions,
): TextWriter {
  checkGenerationOptions(options, logits.length);
  const { maximumTokens = USUAL_TOKENS, minimumTokens = 0, seed = 1, stream = 0, stop = [] } = options;
  const { endToken, constraint, onToken } = options;
  const penalties = createPenalties(logits.length, options);
  const random = createRandom(seed, stream);
  const decoder = continuationDecoder(model, prompt.ids);
  const filter = createStopFilter(stop);
  const { alternatives = 0, likelihood = false } = options;
  const likeliest = alternatives > 0 ? createTopFinder(logits, alternatives) : () => none;
  let tokens = 0;
  let place = constraint?.start ?? 0;
  let logLikelihood = 0;
  let text = '';
  let summary: GenerationSummary | undefined;

  const sample = createSampler(logits, options, {
    penalties,
    ...(constraint && { allowed: () => constraint.allowed(place) }),
    ...(endToken !== undefined && { excluded: () => (tokens < minimumTokens ? endToken : undefined) }),
  });
  for (const id of inReadingOrder(model.options, prompt.ids)) penalties?.see(id);

  function end(finish: GenerationSummary['finish']): void {
    summary = {
      tokens,
      finish,
      ...(constraint && { matches: finish === 'match' || constraint.accepts(place) }),
      ...(likelihood && { logLikelihood }),
    };
  }

  /** After the minimum number of tokens, stop strings are searched in the text that follows. */
  const stopless = (piece: string) => (tokens > minimumTokens ? filter.push(piece) : piece);

  function take(id: number): string {
    penalties?.see(id);
    if (constraint) place = constraint.next(place, id);
    const piece = decoder.push(id);
    text = stopless(piece);
    if (filter.stopped) end('stop');
    else if (constraint?.accepts(place) && isLast(constraint.allowed(place), endToken)) end('match');
    else if (tokens === maximumTokens) {
      text += stopless(decoder.end()) + filter.end();
      end(filter.stopped ? 'stop' : 'length');
    }
    return piece;
  }

  return {
    write() {
      const id = sample(random);
      tokens++;
      const normalizer = likelihood || onToken ? logSumExpOf(logits) : 0;
      if (likelihood) logLikelihood += logits[id]! - normalizer;
      const among = onToken ? likeliest() : none;
      let piece = '';
      if (id === endToken) {
        text = stopless(decoder.end()) + filter.end();
        end(filter.stopped ? 'stop' : 'end');
      } else {
        piece = take(id);
      }
      if (onToken) {
        const probability = (token: number) => Math.exp(logits[token]! - normalizer);
        const others = among.map((other) => ({ id: other, probability: probability(other) }));
        onToken({ id, text: piece, probability: probability(id), alternatives: others });
      }
      return id;
    },
    get text() {
      return text;
    },
    get summary() {
      return summary;
    },
  };
}

/** Checks the options that do not concern the choice of tokens. @throws UserError `usage` for a wrong type or a value out of range */
export function checkGenerationOptions(options: GenerationOptions, vocabularySize: number): void {
  checkKind('the options', options, 'object');
  checkSignal(options.signal);
  const { maximumTokens = USUAL_TOKENS, minimumTokens = 0, stop = [], endToken, constraint, onToken } = options;
  checkNumber('maximumTokens', maximumTokens, countRange);
  checkNumber('minimumTokens', minimumTokens, { from: 0, to: maximumTokens, whole: true });
  checkOptionalNumber('seed', options.seed, seedRange);
  checkOptionalNumber('stream', options.stream, seedRange);
  checkOptionalNumber('alternatives', options.alternatives, { from: 0, whole: true });
  checkOptionalNumber('endToken', endToken, { from: 0, to: vocabularySize - 1, whole: true });
  checkOptionalKind('likelihood', options.likelihood, 'boolean');
  checkOptionalKind('onToken', onToken, 'function');
  checkOptionalKind('constraint', constraint, 'object');
  if (!Array.isArray(stop) || !stop.every((text) => typeof text === 'string' && text !== ''))
    throw new UserError('usage', 'stop is not a list of texts, of which none is empty');
}

const none: readonly number[] = [];

/** Whether nothing may follow except the end. */
function isLast(allowed: Int32Array, endToken: number | undefined): boolean {
  return allowed.length === 0 || (allowed.length === 1 && allowed[0] === endToken);
}
