import type { TrainingEvent } from '../train/events.js';

export interface LossMeter {
  /** Records an event. Must be called with every event of the run, in order. */
  observe(event: TrainingEvent): void;
  /** The exponentially weighted mean of the losses so far; NaN before the first step. */
  read(): number;
}

/** The factor by which the weight of a step decreases with each later step: about the last 20 steps count. */
const DECAY = 0.95;

/** The losses of single batches vary too much to show a trend, so this computes their exponentially weighted mean. */
export function createLossMeter(): LossMeter {
  let losses = 0;
  let weights = 0;
  return {
    observe(event) {
      if (event.type !== 'step') return;
      losses = losses * DECAY + event.loss;
      weights = weights * DECAY + 1;
    },
    read: () => losses / weights,
  };
}
