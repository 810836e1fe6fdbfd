import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { kindOf } from '../files/regular-file.js';

/** A series of losses in nats per token, each with the step after which it was measured. */
export interface LossCurve {
  readonly steps: readonly number[];
  readonly losses: readonly number[];
}

/** The training loss, with what else the log has at these steps. */
export interface TrainingCurve extends LossCurve {
  readonly learningRates: readonly number[];
  /** Global norms of the gradients before clipping. */
  readonly gradientNorms: readonly number[];
}

/** The losses of a run over its steps. */
export interface LossCurves {
  readonly training: TrainingCurve;
  readonly validation: LossCurve;
  /** Tokens predicted up to the last line of training. */
  readonly tokens: number;
}

/**
 * Reads the losses in a metrics log; there are none where there is no such file. Incomplete lines, such as the last one of an active run,
 * are skipped.
 */
export async function readLossCurves(path: string): Promise<LossCurves> {
  const training = { ...emptyCurve(), learningRates: [] as number[], gradientNorms: [] as number[] };
  const validation = emptyCurve();
  let predicted = 0;
  if (kindOf(path) === 'file') {
    const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
    for await (const line of lines) {
      const { type, step, loss, tokens, learningRate, gradientNorm } = parsed(line);
      if ((type !== 'step' && type !== 'validation') || typeof step !== 'number' || typeof loss !== 'number') continue;
      const curve = type === 'step' ? training : validation;
      curve.steps.push(step);
      curve.losses.push(loss);
      if (type === 'validation') continue;
      training.learningRates.push(typeof learningRate === 'number' ? learningRate : Number.NaN);
      training.gradientNorms.push(typeof gradientNorm === 'number' ? gradientNorm : Number.NaN);
      if (typeof tokens === 'number') predicted = tokens;
    }
  }
  return { training, validation, tokens: predicted };
}

const emptyCurve = () => ({ steps: [] as number[], losses: [] as number[] });

interface MetricsLine {
  type?: unknown;
  step?: unknown;
  loss?: unknown;
  tokens?: unknown;
  learningRate?: unknown;
  gradientNorm?: unknown;
}

function parsed(line: string): MetricsLine {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
