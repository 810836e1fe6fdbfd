import type { TrainingEvent } from '../train/events.js';

/** The speed of a run; undefined until enough steps were measured. */
export interface Rate {
  /** Tokens trained on per second, recently and without the pauses for validation and checkpoints. */
  tokensPerSecond?: number;
  /** Time until the last step, at the mean speed of this session, pauses included; undefined after it. */
  secondsLeft?: number;
}

export interface RateMeter {
  /** Records an event. Must be called with every event of the run, in order. */
  observe(event: TrainingEvent): void;
  read(): Rate;
}

/** The first steps, which are not measured: code is compiled and memory is touched. */
const warmUpSteps = 2;

/** The time in seconds after which a measurement's weight has fallen to 1/e. */
const memory = 5;

/** @param now the time in seconds, from any origin; called once for each event */
export function createRateMeter(now: () => number): RateMeter {
  let stepsSeen = 0;
  let last: { time: number; tokens: number } | undefined;
  let first: { time: number; step: number } | undefined;
  let current = { time: 0, step: 0, steps: 0 };
  let paused = false;
  // Exponentially weighted sums over the steps: their quotient gives each second the same weight, whatever the length of its step.
  let tokens = 0;
  let seconds = 0;

  return {
    observe(event) {
      if (event.type !== 'step') {
        paused = true;
        return;
      }
      const time = now();
      current = { time, step: event.step, steps: event.steps };
      if (++stepsSeen >= warmUpSteps) {
        first ??= { time, step: event.step };
        if (last !== undefined && !paused && stepsSeen > warmUpSteps) {
          const elapsed = time - last.time;
          const kept = Math.exp(-elapsed / memory);
          tokens = tokens * kept + (event.tokens - last.tokens);
          seconds = seconds * kept + elapsed;
        }
      }
      last = { time, tokens: event.tokens };
      paused = false;
    },
    read() {
      const rate: Rate = {};
      if (seconds > 0) rate.tokensPerSecond = tokens / seconds;
      if (first !== undefined && current.step > first.step && current.step < current.steps) {
        rate.secondsLeft = ((current.time - first.time) / (current.step - first.step)) * (current.steps - current.step);
      }
      return rate;
    },
  };
}
