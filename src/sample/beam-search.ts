import type { Engine } from '../engine/engine.js';
import { checkNumber, checkSignal } from '../foundation/arguments.js';
import { type Abortable, nextTurn } from '../foundation/next-turn.js';
import { logSumExpOf } from '../foundation/special-functions.js';
import type { SavedState } from '../model/carried-state.js';
import type { LanguageModel } from '../model/window-programs.js';
import { type Candidates, createCandidates, exclude, refill, restrict } from './candidates.js';
import { checkReadPrompt } from './generate.js';
import { createHypothesisText } from './hypothesis-text.js';
import { type Predictor, withPredictor } from './predictor.js';
import type { ReadPrompt } from './read-prompt.js';
import { textOptions } from './special-tokens.js';
import { checkGenerationOptions, type GenerationOptions, type GenerationSummary, USUAL_TOKENS } from './text-writer.js';
import { keepTopK } from './token-filters.js';

export interface BeamSearchOptions
  extends Pick<GenerationOptions, 'maximumTokens' | 'minimumTokens' | 'stop' | 'endToken' | 'constraint'> {
  /** The number of hypotheses that are kept, at least 1; 1 is greedy decoding. */
  readonly beams: number;
  /** The log-likelihood is divided by length^lengthPenalty: 0 for the sum, 1 (the default) for the mean over tokens. */
  readonly lengthPenalty?: number | undefined;
}

export const beamRange = { from: 1, to: 1000, whole: true } as const;
export const lengthPenaltyRange = { from: -100, to: 100 } as const;

/** A text found by the search, with its score. */
export interface FoundText extends GenerationSummary {
  readonly text: string;
  /** Sum over the tokens, in nats, with the model's own distribution: a constraint excludes tokens without renormalizing the others. */
  readonly logLikelihood: number;
  /** logLikelihood / tokens^lengthPenalty, by which texts are ranked. */
  readonly score: number;
}

/** An unfinished text: the predictor's row that has read all but its latest token, and its log-likelihood so far. */
interface Hypothesis {
  readonly row: number;
  readonly ids: readonly number[];
  readonly place: number;
  readonly logLikelihood: number;
}

/**
 * Beam search (Graves 2012; as in Hugging Face's library): at each step, the `beams` most likely extensions of all hypotheses are kept;
 * finished texts are stored separately. The search ends when no unfinished hypothesis can become better than the worst of `beams` finished
 * texts, or at `maximumTokens`. It is exact when there are as many beams as texts.
 *
 * @returns the function that searches after a prompt: at most `beams` texts, the best first. No random number is drawn
 * @throws UserError `usage` for options out of range
 */
export function createBeamSearch(
  { model, engine }: { model: LanguageModel; engine: Engine },
  given: BeamSearchOptions,
): (prompt: ReadPrompt, options?: Abortable) => Promise<FoundText[]> {
  const options = textOptions(model, given);
  checkGenerationOptions(options, model.options.vocabularySize);
  const { beams, maximumTokens = USUAL_TOKENS, minimumTokens = 0, endToken, constraint, lengthPenalty = 1 } = options;
  checkNumber('beams', beams, beamRange);
  checkNumber('lengthPenalty', lengthPenalty, lengthPenaltyRange);
  const scoreOf = (logLikelihood: number, tokens: number) => logLikelihood / Math.exp(lengthPenalty * Math.log(tokens));

  /** The most likely extensions of a hypothesis. Twice as many as beams, because some may end at once. */
  function extensions(candidates: readonly Candidates[], { row, ids, place, logLikelihood }: Hypothesis): Hypothesis[] {
    const likely = candidates[row]!;
    refill(likely);
    if (constraint) restrict(likely, constraint.allowed(place));
    if (endToken !== undefined && ids.length < minimumTokens) exclude(likely, endToken);
    keepTopK(likely, 2 * beams);
    const normalizer = logSumExpOf(likely.logits);
    return Array.from(likely.ids.subarray(0, likely.count), (id) => ({
      row,
      ids: [...ids, id],
      place: constraint && id !== endToken ? constraint.next(place, id) : place,
      logLikelihood: logLikelihood + likely.logits[id]! - normalizer,
    }));
  }

  /** An upper bound of a hypothesis's score: each further token makes it less likely, but may increase the divisor. */
  const bound = ({ logLikelihood, ids }: Hypothesis) => scoreOf(logLikelihood, lengthPenalty > 0 ? maximumTokens : ids.length);

  /** Copies the state of each hypothesis from its predecessor's row to a row of its own, and reads its latest token. */
  async function readLatest(
    predictor: Predictor,
    underway: readonly Hypothesis[],
    signal: AbortSignal | undefined,
  ): Promise<Hypothesis[]> {
    const states: SavedState[] = underway.map(({ row }) => predictor.saveRow(row));
    const moved = underway.map((hypothesis, row) => {
      predictor.restoreRow(row, states[row]!);
      predictor.tokens[row] = hypothesis.ids.at(-1)!;
      return { ...hypothesis, row };
    });
    await predictor.advance();
    await nextTurn(signal);
    return moved;
  }

  async function search(predictor: Predictor, prompt: ReadPrompt, signal: AbortSignal | undefined): Promise<FoundText[]> {
    const textOf = createHypothesisText(model, prompt, { ...options, maximumTokens });
    const candidates = predictor.logits.map(createCandidates);
    const found: FoundText[] = [];
    predictor.restoreRow(0, prompt.state);
    predictor.logits[0]!.set(prompt.logits);
    let underway: Hypothesis[] = [{ row: 0, ids: [], place: constraint?.start ?? 0, logLikelihood: 0 }];
    while (underway.length > 0) {
      const ways = underway
        .flatMap((hypothesis) => extensions(candidates, hypothesis))
        .sort((a, b) => b.logLikelihood - a.logLikelihood);
      underway = [];
      for (const way of ways) {
        if (underway.length === beams) break;
        const ended = textOf(way.ids, way.place);
        if (!ended) underway.push(way);
        else found.push({ ...ended, ...worthOf(way) });
      }
      found.sort((a, b) => b.score - a.score);
      found.length = Math.min(found.length, beams);
      if (found.length === beams && underway.every((way) => bound(way) <= found.at(-1)!.score)) break;
      if (underway.length > 0) underway = await readLatest(predictor, underway, signal);
    }
    return found;
  }

  function worthOf({ ids, logLikelihood }: Hypothesis) {
    return { tokens: ids.length, logLikelihood, score: scoreOf(logLikelihood, ids.length) };
  }

  return async (prompt, { signal } = {}) => {
    checkSignal(signal);
    checkReadPrompt(prompt, model);
    return withPredictor(model, engine, beams, (predictor) => search(predictor, prompt, signal));
  };
}
