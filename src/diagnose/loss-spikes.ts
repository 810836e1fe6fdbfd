import { quantilesOf } from '../foundation/quantiles.js';
import type { LossCurve } from '../run/loss-curves.js';

/** A sudden rise of the training loss. */
export interface LossSpike {
  /** The steps, from 1, over which the metrics have the mean loss. */
  readonly from: number;
  readonly to: number;
  /** The mean loss of these steps. */
  readonly loss: number;
  /** The median of the five lines before, in nats per token. */
  readonly usual: number;
  /** (loss - usual) / the standard deviation of such differences of the lines before, estimated by their median absolute value. */
  readonly deviations: number;
  /** The last step before the loss was usual again; the highest loss up to it. */
  readonly until: number;
  readonly peak: number;
}

/** Lines before a line whose median is the usual loss; a few, because the loss falls. */
const MEDIAN_OF = 5;
/** Differences of earlier lines with which that of a line is compared, and how many are needed. */
const BEFORE = 30;
const FEWEST = 20;
/**
 * Of 400,000 lines of normal noise, five were so many deviations above the lines before them. They are more than one in a billion because the
 * deviation is estimated from 30 lines only.
 */
const DEVIATIONS = 6;
/** The deviation is at least this share of the usual loss: the slightest jump of a very smooth curve is no spike. */
const SMOOTHEST = 0.01;
/** The median absolute deviation of a normal distribution times this is its standard deviation. */
const NORMAL = 1.4826;

/**
 * The spikes of a training loss: lines of the metrics that exceed the median of the five lines before them by more than six robust standard
 * deviations of such differences, of the thirty lines before. A spike begins with its first line and ends before the first usual one. Its
 * lines do not count as lines before others, except after the thirtieth: a loss that stays high becomes the usual one.
 *
 * @param curve means since the line before
 * @returns in order of their steps
 */
export function findLossSpikes({ steps, losses }: LossCurve): LossSpike[] {
  const spikes: LossSpike[] = [];
  const usualLosses: number[] = [];
  const differences: number[] = [];
  let current: LossSpike | undefined;
  let lines = 0;
  for (const [i, loss] of losses.entries()) {
    const usual = usualLosses.length < MEDIAN_OF ? undefined : medianOf(usualLosses.slice(-MEDIAN_OF));
    const deviations = usual === undefined ? 0 : deviationsOf(loss, usual, differences.slice(-BEFORE));
    if (usual === undefined || deviations <= DEVIATIONS) {
      usualLosses.push(loss);
      if (usual !== undefined) differences.push(Math.abs(loss - usual));
      if (current) spikes.push(current);
      current = undefined;
      continue;
    }
    const to = steps[i]!;
    lines = current ? lines + 1 : 1;
    current = current
      ? { ...current, until: to, peak: Math.max(current.peak, loss) }
      : { from: (steps[i - 1] ?? 0) + 1, to, loss, usual, deviations, until: to, peak: loss };
    if (lines > BEFORE) usualLosses.push(loss);
  }
  return current ? [...spikes, current] : spikes;
}

const medianOf = (values: readonly number[]) => quantilesOf(values, [0.5])[0]!;

/** @param before absolute differences of the lines before; 0 where they are too few */
function deviationsOf(loss: number, usual: number, before: readonly number[]): number {
  if (before.length < FEWEST) return 0;
  return (loss - usual) / Math.max(NORMAL * medianOf(before), SMOOTHEST * Math.abs(usual));
}
