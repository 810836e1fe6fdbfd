import type { Engine } from '../engine/engine.js';
import { checkNumber } from '../foundation/arguments.js';
import { nextTurn } from '../foundation/next-turn.js';
import { logSumExpOf } from '../foundation/special-functions.js';
import type { SavedState } from '../model/carried-state.js';
import type { LanguageModel } from '../model/window-programs.js';
import { type Candidates, createCandidates, exclude, refill, restrict } from './candidates.js';
import { checkReadPrompt } from './generate.js';
import { createHypothesisText } from './hypothesis-text.js';
import { type Predictor, withPredictor } from './predictor.js';
import type { ReadPrompt } from './read-prompt.js';
import { checkGenerationOptions, type GenerationOptions, type GenerationSummary, USUAL_TOKENS } from './text-writer.js';
import { keepTopK } from './token-filters.js';

export interface BeamSearchOptions
  extends Pick<GenerationOptions, 'maximumTokens' | 'minimumTokens' | 'stop' | 'endToken' | 'constraint'> {
  /** Hypotheses that are kept, at least 1; 1 is the greedy choice. */
  readonly beams: number;
  /** The power of the length that the log-likelihood is divided by: 0 for the total, 1 (the default) for the mean of a token. */
  readonly lengthPenalty?: number | undefined;
}

export const beamRange = { from: 1, to: 1000, whole: true } as const;
export const lengthPenaltyRange = { from: -100, to: 100 } as const;

/** A text that was found, and what it is worth. */
export interface FoundText extends GenerationSummary {
  readonly text: string;
  /** Sum over the tokens, in nats, by the model's own distribution: a constraint takes tokens away and gives none a larger share. */
  readonly logLikelihood: number;
  /** logLikelihood / tokens^lengthPenalty: what texts are ranked by. */
  readonly score: number;
}

/** A text underway: the row of the predictor that has read all but its latest token, and what it is worth so far. */
interface Hypothesis {
  readonly row: number;
  readonly ids: readonly number[];
  readonly place: number;
  readonly logLikelihood: number;
}

/**
 * Beam search (Graves 2012; as in Hugging Face's library): at each step, of all ways to go on from the hypotheses, the most likely
 * `beams` are kept; those that come to an end on the way are set aside. It ends when none that is underway can become better than
 * the worst of `beams` texts that are set aside, or at `maximumTokens`. Exact when there are as many beams as texts.
 *
 * @returns what searches after a prompt: at most `beams` texts, the best first. No random number is drawn.
 * @throws UserError `usage` for options out of range.
 */
export function createBeamSearch(
  { model, engine }: { model: LanguageModel; engine: Engine },
  options: BeamSearchOptions,
): (prompt: ReadPrompt) => Promise<FoundText[]> {
  checkGenerationOptions(options, model.options.vocabularySize);
  const { beams, maximumTokens = USUAL_TOKENS, minimumTokens = 0, endToken, constraint, lengthPenalty = 1 } = options;
  checkNumber('beams', beams, beamRange);
  checkNumber('lengthPenalty', lengthPenalty, lengthPenaltyRange);
  const scoreOf = (logLikelihood: number, tokens: number) => logLikelihood / Math.exp(lengthPenalty * Math.log(tokens));

  /** The likeliest ways to go on from a hypothesis. Twice as many as there are beams, for some may come to an end at once. */
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

  /** The most that a hypothesis can be worth: each token more makes it less likely, but may make the divisor larger. */
  const bound = ({ logLikelihood, ids }: Hypothesis) => scoreOf(logLikelihood, lengthPenalty > 0 ? maximumTokens : ids.length);

  /** Each hypothesis moves from the row of the one that it goes on from to a row of its own, which reads its latest token. */
  async function readLatest(predictor: Predictor, underway: readonly Hypothesis[]): Promise<Hypothesis[]> {
    const states: SavedState[] = underway.map(({ row }) => predictor.saveRow(row));
    const moved = underway.map((hypothesis, row) => {
      predictor.restoreRow(row, states[row]!);
      predictor.tokens[row] = hypothesis.ids.at(-1)!;
      return { ...hypothesis, row };
    });
    await predictor.advance();
    await nextTurn();
    return moved;
  }

  async function search(predictor: Predictor, prompt: ReadPrompt): Promise<FoundText[]> {
    const textOf = createHypothesisText(model.tokenizer, prompt, { ...options, maximumTokens });
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
      if (underway.length > 0) underway = await readLatest(predictor, underway);
    }
    return found;
  }

  function worthOf({ ids, logLikelihood }: Hypothesis) {
    return { tokens: ids.length, logLikelihood, score: scoreOf(logLikelihood, ids.length) };
  }

  return async (prompt) => {
    checkReadPrompt(prompt, model);
    return withPredictor(model, engine, beams, (predictor) => search(predictor, prompt));
  };
}
