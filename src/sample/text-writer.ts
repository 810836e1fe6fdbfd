import {
  checkKind,
  checkNumber,
  checkOptionalKind,
  checkOptionalNumber,
  countRange,
  seedRange,
} from '../foundation/arguments.js';
import { UserError } from '../foundation/errors.js';
import { createRandom } from '../foundation/random.js';
import { logSumExpOf } from '../foundation/special-functions.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { createPenalties, type PenaltyOptions } from './penalties.js';
import type { ReadPrompt } from './read-prompt.js';
import { createSampler, type SamplingOptions } from './sampler.js';
import { createStopFilter } from './stop-strings.js';
import { createTopFinder } from './token-filters.js';

/** What a text may be: a machine whose states say which tokens may follow. States are numbers, and any number of texts may share it. */
export interface TokenConstraint {
  /** Before the first token. */
  readonly start: number;
  /** Ids that may follow, at least one unless the text must end here. The array is the constraint's own. */
  allowed(state: number): Int32Array;
  /** The state after an allowed token. */
  next(state: number, id: number): number;
  /** Whether the text may end here. */
  accepts(state: number): boolean;
}

/** A token of a text, and what the model thought of it. */
export interface WrittenToken {
  readonly id: number;
  /** What it adds to the text: nothing, while a character is incomplete. */
  readonly text: string;
  /** The model's own probability of it: before constraint, penalties, filters and temperature. */
  readonly probability: number;
  /** The likeliest tokens, the likeliest first; as many as were asked for. */
  readonly alternatives: readonly { readonly id: number; readonly probability: number }[];
}

/** Tokens of a text when nothing is said: some would never end. */
export const USUAL_TOKENS = 500;

export interface GenerationOptions extends SamplingOptions, PenaltyOptions {
  /** At least 1; default 500. */
  readonly maximumTokens?: number | undefined;
  /** Tokens before which no text ends: until then no end token is drawn, and a stop string is text like any other. Default 0. */
  readonly minimumTokens?: number | undefined;
  /** An integer from 0 to 2^53 - 1: the same seed and stream write the same text. Default 1. */
  readonly seed?: number | undefined;
  /** Which of the independent samples of the seed this is; default 0. */
  readonly stream?: number | undefined;
  /** Strings that end the text; they are not part of it. */
  readonly stop?: readonly string[] | undefined;
  /** A token that ends the text; it is drawn like any other, and is not part of the text. */
  readonly endToken?: number | undefined;
  /** Made with the same `endToken`, if any. */
  readonly constraint?: TokenConstraint | undefined;
  /** Adds up the model's own log-probabilities. */
  readonly likelihood?: boolean | undefined;
  /** Told of every token, and of so many of the likeliest beside it. */
  readonly onToken?: ((token: WrittenToken) => void) | undefined;
  readonly alternatives?: number | undefined;
}

export interface GenerationSummary {
  /** Tokens that were drawn, an end token and those of a stop string among them. */
  readonly tokens: number;
  /** Why the text ends: `maximumTokens` were drawn, a stop string came, the end token did, or nothing more may follow a match. */
  readonly finish: 'length' | 'stop' | 'end' | 'match';
  /** With a constraint: whether the text satisfies it; it need not when the length ended it. */
  readonly matches?: boolean;
  /** With `likelihood`: the sum over the drawn tokens, in nats. */
  readonly logLikelihood?: number;
}

/** One text in the making: whoever has the model calls `write` whenever the logits are there. */
export interface TextWriter {
  /** Draws the next token from the logits and returns its id. */
  write(): number;
  /** What the latest token has added to the text. */
  readonly text: string;
  /** Set when the text is at its end. */
  readonly summary: GenerationSummary | undefined;
}

/**
 * Begins a text after a prompt.
 * @param logits [V], read in place whenever a token is drawn.
 * @throws UserError `usage` for options out of range.
 */
export function createTextWriter(
  logits: Float32Array,
  prompt: ReadPrompt,
  tokenizer: Tokenizer,
  options: GenerationOptions,
): TextWriter {
  checkGenerationOptions(options, logits.length);
  const { maximumTokens = USUAL_TOKENS, minimumTokens = 0, seed = 1, stream = 0, stop = [] } = options;
  const { endToken, constraint, onToken } = options;
  const penalties = createPenalties(logits.length, options);
  const random = createRandom(seed, stream);
  const decoder = tokenizer.createDecoder();
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
    ...(endToken !== undefined && minimumTokens > 0 && { excluded: () => (tokens < minimumTokens ? endToken : undefined) }),
  });
  for (const id of prompt.ids) {
    decoder.push(id);
    penalties?.see(id);
  }

  function end(finish: GenerationSummary['finish']): void {
    summary = {
      tokens,
      finish,
      ...(constraint && { matches: finish === 'match' || constraint.accepts(place) }),
      ...(likelihood && { logLikelihood }),
    };
  }

  /** Once the text has its minimum, stop strings are looked for in what follows. */
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

/** What a text is told besides how its tokens are drawn. @throws UserError `usage` for what is of another type or out of range */
export function checkGenerationOptions(options: GenerationOptions, vocabularySize: number): void {
  checkKind('the options', options, 'object');
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

/** Nothing may follow but the end. */
function isLast(allowed: Int32Array, endToken: number | undefined): boolean {
  return allowed.length === 0 || (allowed.length === 1 && allowed[0] === endToken);
}
