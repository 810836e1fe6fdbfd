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
      const parts = { ...Object.fromEntries(named('objective', objective)), ...byDirection(directions) };
      return { type, step, epoch, loss: meanLoss, learningRate, gradientNorm, tokens, ...parts };
    }
    case 'epoch':
      return { type: event.type, step: event.step, epoch: event.epoch, loss: event.loss };
    case 'validation': {
      const { type, step, epoch, loss, tokens, averaged, directions } = event;
      return { type, step, epoch, loss, tokens, ...(averaged && { averaged }), ...byDirection(directions) };
    }
    case 'diagnostics': {
      const { type, step, epoch, gradientNorms, updateRatios, belowEpsilon, ...numbers } = event;
      const byParameter = [
        ...named('gradient', gradientNorms),
        ...named('update', updateRatios),
        ...named('belowEpsilon', belowEpsilon),
      ];
      // After an update that diverges, norms may be infinite; JSON has no such numbers.
      const finite = [...Object.entries(numbers), ...byParameter].filter(([, value]) => Number.isFinite(value));
      return { type, step, epoch, ...Object.fromEntries(finite) };
    }
    case 'averaging':
      return { type: event.type, step: event.step };
    case 'learning-rate':
      return { type: event.type, step: event.step, learningRate: event.learningRate };
    default:
      return undefined;
  }
}

/** Numbers by name, as `PREFIX.NAME`. */
const named = (prefix: string, values: Readonly<Record<string, number>> = {}) =>
  Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value] as const);

/** The losses of both directions, as `loss.forward` and `loss.backward`. */
const byDirection = (losses?: Readonly<Record<string, number>>) => Object.fromEntries(named('loss', losses));
