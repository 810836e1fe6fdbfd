import type { TrainingEvent } from '../train/events.js';

/** How fast a run goes; undefined until enough steps are seen. */
export interface Rate {
  /** Tokens trained on per second, of late and without the pauses for validation and checkpoints. */
  tokensPerSecond?: number;
  /** Time until the last step, at the pace of this session so far, pauses included; undefined after it. */
  secondsLeft?: number;
}

export interface RateMeter {
  /** Takes note of an event; every event of the run goes here, in order. */
  observe(event: TrainingEvent): void;
  read(): Rate;
}

/** Steps that are not measured: code is compiled and memory is touched for the first time in them. */
const warmUpSteps = 2;

/** Seconds after which a measurement counts e times less. */
const memory = 5;

/** @param now the time in seconds, from any origin; called once an event. */
export function createRateMeter(now: () => number): RateMeter {
  let stepsSeen = 0;
  let last: { time: number; tokens: number } | undefined;
  let first: { time: number; step: number } | undefined;
  let current = { time: 0, step: 0, steps: 0 };
  let paused = false;
  // Exponentially weighted sums over the steps: their quotient weighs each second alike, however long its step took.
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
