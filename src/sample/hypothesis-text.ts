import type { ModelDescription } from '../model/model-description.js';
import { directionOf } from '../model/stacks.js';
import { continuationDecoder } from './continuation-decoder.js';
import type { ReadPrompt } from './read-prompt.js';
import { createStopFilter } from './stop-strings.js';
import type { GenerationOptions, GenerationSummary } from './text-writer.js';

/** Tokens of the prompt that a decoder needs as context: it may begin within a character or at the beginning of a line. */
const CONTEXT = 16;

/** A finished text. */
export type HypothesisText = Pick<GenerationSummary, 'finish' | 'matches'> & { readonly text: string };

/**
 * Returns a function that decides whether the tokens of a hypothesis are a finished text, and gives that text. The rules are those of
 * `createTextWriter`, but without its incremental state, because hypotheses branch.
 */
export function createHypothesisText(
  model: ModelDescription,
  prompt: ReadPrompt,
  options: { readonly maximumTokens: number } & Pick<GenerationOptions, 'minimumTokens' | 'stop' | 'endToken' | 'constraint'>,
): (ids: readonly number[], place: number) => HypothesisText | undefined {
  const { maximumTokens, minimumTokens = 0, stop = [], endToken, constraint } = options;
  const context = directionOf(model.options) === 'forward' ? prompt.ids.subarray(-CONTEXT) : prompt.ids;

  /** The text up to the first stop string. */
  function decode(ids: readonly number[]): { text: string; stopped: boolean } {
    const decoder = continuationDecoder(model, context);
    const filter = createStopFilter(stop);
    let text = '';
    const add = (piece: string, tokens: number) => {
      text += tokens > minimumTokens ? filter.push(piece) : piece;
    };
    for (const [i, id] of ids.entries()) if (id !== endToken) add(decoder.push(id), i + 1);
    const stoppedBefore = filter.stopped;
    const ends = ids.length === maximumTokens || ids.at(-1) === endToken;
    if (ends || constraint) add(decoder.end(), ids.length);
    return { text: text + filter.end(), stopped: ends ? filter.stopped : stoppedBefore };
  }

  return (ids, place) => {
    const length = ids.length === maximumTokens;
    const end = ids.at(-1) === endToken;
    const followers = constraint?.accepts(place) ? constraint.allowed(place) : undefined;
    const match = followers?.every((id) => id === endToken) === true;
    if (stop.length === 0 && !length && !end && !match) return undefined;
    const { text, stopped } = decode(ids);
    const finish = stopped ? 'stop' : end ? 'end' : match ? 'match' : length ? 'length' : undefined;
    if (finish === undefined) return undefined;
    return { text, finish, ...(constraint && { matches: constraint.accepts(place) }) };
  };
}
