import { checkNumber, countRange } from '../../foundation/arguments.js';
import { type BestTemperature, findBestTemperature } from './best-temperature.js';
import { collectPredictions, type PredictionOptions, type PredictionSample } from './collect-predictions.js';
import { softmaxMoments } from './softmax-moments.js';

/** The predictions whose likeliest token has a probability in (from, to]. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly predictions: number;
  /** Mean probability of the likeliest token. */
  readonly confidence: number;
  /** Share of predictions whose likeliest token follows. */
  readonly accuracy: number;
}

/** How well probabilities at one temperature agree with frequencies. */
export interface Calibration {
  readonly temperature: number;
  /** Mean loss, and mean entropy of the predicted distributions. For calibrated predictions the two are equal. */
  readonly natsPerToken: number;
  readonly entropy: number;
  /** Means over all predictions, as in a bin. */
  readonly confidence: number;
  readonly accuracy: number;
  /** The mean of |accuracy - confidence| over bins, weighted by their predictions, from 0 to 1. */
  readonly expectedCalibrationError: number;
  /** Bins without predictions are omitted. */
  readonly bins: readonly ReliabilityBin[];
}

/** The calibration of a model on a text as it is, and at the temperature that is best for this text. */
export interface CalibrationReport {
  readonly predictions: number;
  readonly asTrained: Calibration;
  readonly best: BestTemperature;
  readonly atBest: Calibration;
}

export interface CalibrationOptions extends PredictionOptions {
  /** The number of bins of equal width. The paper uses 15. */
  readonly bins: number;
}

/**
 * Measures the calibration of a model, and finds its best temperature ({@link findBestTemperature}), on predictions that are spread over a
 * text ({@link collectPredictions}).
 *
 * @throws UserError as `collectPredictions` does
 */
export async function measureCalibration({ bins, ...options }: CalibrationOptions): Promise<CalibrationReport> {
  const sample = await collectPredictions(options);
  const best = findBestTemperature(sample);
  return {
    predictions: sample.count,
    asTrained: calibrationAt(sample, { temperature: 1, bins }),
    best,
    atBest: calibrationAt(sample, { temperature: best.temperature, bins }),
  };
}

/**
 * Compares the probability of the likeliest token with the share of predictions in which it follows, in bins of equal width: the reliability
 * diagram and the expected calibration error (Guo, Pleiss, Sun and Weinberger 2017, "On calibration of modern neural networks"). Of equally
 * likely tokens the first one counts. The difference of entropy and loss concerns the whole distribution (Braverman et al. 2020,
 * "Calibration, entropy rates, and memory in language models").
 */
export function calibrationAt(
  { count, vocabularySize: size, logits, targets, greatest }: PredictionSample,
  { temperature, bins }: { readonly temperature: number; readonly bins: number },
): Calibration {
  checkNumber('temperature', temperature, { above: 0 });
  checkNumber('bins', bins, countRange);
  const beta = 1 / temperature;
  const predictions = new Float64Array(bins);
  const confident = new Float64Array(bins);
  const right = new Float64Array(bins);
  const moments = { sum: 0, mean: 0, variance: 0 };
  let [nats, entropy] = [0, 0];
  for (let row = 0; row < count; row++) {
    const largest = greatest[row]!;
    softmaxMoments(logits, { row, size, greatest: largest, beta }, moments);
    const normalizer = Math.log(moments.sum);
    nats += normalizer - beta * (logits[row * size + targets[row]!]! - largest);
    entropy += normalizer - beta * moments.mean;
    const probability = 1 / moments.sum;
    const bin = Math.min(bins, Math.max(1, Math.ceil(probability * bins))) - 1;
    predictions[bin]!++;
    confident[bin]! += probability;
    if (logits.indexOf(largest, row * size) === row * size + targets[row]!) right[bin]!++;
  }
  const sumOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
  return {
    temperature,
    natsPerToken: nats / count,
    entropy: entropy / count,
    confidence: sumOf(confident) / count,
    accuracy: sumOf(right) / count,
    expectedCalibrationError: sumOf(right.map((correct, bin) => Math.abs(correct - confident[bin]!))) / count,
    bins: Array.from(predictions, (found, bin) => ({
      from: bin / bins,
      to: (bin + 1) / bins,
      predictions: found,
      confidence: confident[bin]! / found,
      accuracy: right[bin]! / found,
    })).filter(({ predictions }) => predictions > 0),
  };
}
