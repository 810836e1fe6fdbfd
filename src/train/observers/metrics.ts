import type { JsonValue } from '../../foundation/strict-json.js';
import type { TrainingEvent } from '../events.js';

/**
 * The line of metrics.jsonl for an event; undefined for an event without a line. A line contains no time of day, so that a resumed run
 * writes the same bytes.
 */
export function metricsLine(event: TrainingEvent): JsonValue | undefined {
  switch (event.type) {
    case 'step': {
      const { type, step, epoch, meanLoss, learningRate, gradientNorm, tokens, objective = {}, directions } = event;
      if (meanLoss === undefined) return undefined;
      const terms = Object.entries(objective).map(([name, value]) => [`objective.${name}`, value]);
      const parts = { ...Object.fromEntries(terms), ...byDirection(directions) };
      return { type, step, epoch, loss: meanLoss, learningRate, gradientNorm, tokens, ...parts };
    }
    case 'epoch':
      return { type: event.type, step: event.step, epoch: event.epoch, loss: event.loss };
    case 'validation': {
      const { type, step, epoch, loss, tokens, averaged, directions } = event;
      return { type, step, epoch, loss, tokens, ...(averaged && { averaged }), ...byDirection(directions) };
    }
    case 'averaging':
      return { type: event.type, step: event.step };
    case 'learning-rate':
      return { type: event.type, step: event.step, learningRate: event.learningRate };
    default:
      return undefined;
  }
}

/** The losses of both directions, as `loss.forward` and `loss.backward`. */
const byDirection = (losses: Readonly<Record<string, number>> = {}) =>
  Object.fromEntries(Object.entries(losses).map(([direction, loss]) => [`loss.${direction}`, loss]));
