import type { MeanOfText, MeasuredPassage } from '../passage.js';

/**
 * The interval of a loss that training has logged, from the same model on the same text; undefined if only a part of the text was read for the
 * report, or if the loss is not the one that was measured again.
 */
export function intervalOfLoss(loss: number | undefined, measured: MeanOfText | undefined): MeasuredPassage['interval'] {
  const { interval, predicted = 0, available = 0 } = measured ?? {};
  if (loss === undefined || interval === undefined || predicted + 1 < available) return undefined;
  return interval.low <= loss && loss <= interval.high ? interval : undefined;
}

/** `1.2 to 1.4`, or a dash. @param shown the text of a number of nats */
export const intervalText = (interval: MeasuredPassage['interval'], shown: (nats: number) => string): string =>
  interval === undefined ? '–' : `${shown(interval.low)} to ${shown(interval.high)}`;
