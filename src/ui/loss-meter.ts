import type { TrainingEvent } from '../train/events.js';

export interface LossMeter {
  /** Takes note of an event; every event of the run goes here, in order. */
  observe(event: TrainingEvent): void;
  /** Mean of the losses so far, each counting less than the one after it; NaN before the first step. */
  read(): number;
}

/** What the weight of a step falls by with each step after it: about the last 20 count. */
const DECAY = 0.95;

/** The losses of single batches differ too much for a trend to be seen in them: this is their exponentially weighted mean. */
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
