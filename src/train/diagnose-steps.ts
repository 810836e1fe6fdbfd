import type { ResolvedConfig } from '../config/types.js';
import { objectiveTerms } from '../model/objectives/index.js';
import { termSettings } from '../model/objectives/objective.js';
import { clippingScale } from './gradient-clipping.js';
import { noiseFromHalves } from './half-gradients.js';
import { sharesBelowEpsilon } from './moments-below-epsilon.js';
import { parameterNorm, relativeChange } from './parameter-sizes.js';
import type { TrainingSession, UpdatePlace } from './session.js';
import type { ByParameter, DiagnosisCounters, StepDiagnosis } from './step-diagnosis.js';

/** Makes the steps of a session, and measures some of them. */
export interface DiagnosedSteps extends Pick<TrainingSession, 'differentiate' | 'update'> {
  /** The diagnosis of the last update, if one was due. */
  last(): StepDiagnosis | undefined;
}

/** Decay of the running means of the noise. One estimate from a single batch is worth little (McCandlish et al. 2018, appendix A.1). */
const DECAY = 0.9;

/** Every second row: neighbours in the text, or in a sorted batch of documents, are in different halves. */
const isInFirstHalf = (row: number) => row % 2 === 0;

/**
 * Measures every n-th step of a session. A step that is measured differentiates half of the batch first, and returns to the state from
 * before it: nothing that training computes changes.
 *
 * @param counters are changed
 */
export function diagnoseSteps(
  session: TrainingSession,
  { training }: Pick<ResolvedConfig, 'training'>,
  everySteps: number,
  counters: DiagnosisCounters,
): DiagnosedSteps {
  const { clipping, optimizer, batchSize, objective } = training;
  const { table, gradients, arrays } = session;
  const parameters = session.parameters.trained;
  const matrices = table.trained.filter(({ shape }) => shape.length === 2);
  // A term of related words does not depend on the rows, so that halves of them do not divide it.
  const isShared = objectiveTerms.some((term) => term.relations && termSettings(term, objective[term.name]).weight !== 0);
  const hasHalves = batchSize > 1 && !isShared;
  let measured: StepDiagnosis | undefined;
  /** Of a step that is measured, until its update. */
  let begun: Pick<StepDiagnosis, 'gradientNorms' | 'gradientSquare' | 'gradientVariance'> | undefined;

  async function halfOf(window: number, step: number, place: UpdatePlace) {
    const restore = session.remember();
    const { tokens } = await session.differentiate(window, step, { ...place, counts: isInFirstHalf });
    restore();
    return { tokens, gradient: gradients.slice() };
  }

  return {
    async differentiate(window, step, place = {}) {
      measured = undefined;
      begun = undefined;
      if (step % everySteps !== 0) return session.differentiate(window, step, place);
      const half = hasHalves ? await halfOf(window, step, place) : undefined;
      const result = await session.differentiate(window, step, place);
      const rest = result.tokens - (half?.tokens ?? 0);
      const noise =
        half && half.tokens > 0 && rest > 0 ? noiseFromHalves(gradients, half.gradient, [half.tokens, rest]) : undefined;
      begun = {
        gradientNorms: byName(table.trained, (entry) => parameterNorm(gradients, entry)),
        ...(noise && { gradientSquare: noise.square, gradientVariance: noise.variance }),
      };
      return result;
    },
    async update(step, learningRate, norm, isLast) {
      counters.steps++;
      if (clippingScale(clipping, norm) < 1) counters.clipped++;
      const before = begun && parameters.slice(0, table.trainedLength);
      await session.update(step, learningRate, norm, isLast);
      if (begun === undefined || before === undefined) return;
      const belowEpsilon = sharesBelowEpsilon(optimizer, arrays.moments, step);
      const { gradientSquare: square = 0, gradientVariance: variance = 0 } = begun;
      if (begun.gradientSquare !== undefined) {
        counters.square = DECAY * counters.square + (1 - DECAY) * square;
        counters.variance = DECAY * counters.variance + (1 - DECAY) * variance;
      }
      measured = {
        ...begun,
        ...(clipping.type === 'norm' && { clippedShare: counters.clipped / counters.steps }),
        updateRatios: byName(matrices, (entry) => relativeChange(before, parameters, entry)),
        ...(belowEpsilon && { belowEpsilon: Object.fromEntries(belowEpsilon.map(({ name, share }) => [name, share])) }),
        ...(counters.square > 0 && { noiseScale: Math.max(0, counters.variance) / counters.square }),
      };
      counters.steps = 0;
      counters.clipped = 0;
    },
    last: () => measured,
  };
}

function byName<T extends { readonly name: string }>(entries: readonly T[], numberOf: (entry: T) => number): ByParameter {
  return Object.fromEntries(entries.map((entry) => [entry.name, numberOf(entry)]));
}
