import type { Engine } from '../../engine/engine.js';
import { collectLosses, scoreText } from '../../evaluate/perplexity.js';
import type { ParameterNetwork } from '../../model/window-programs.js';
import { type TokenSource, tokenOccurrences, tokenSource } from '../../text/batches.js';
import { type CalibrationReport, measureCalibration } from './calibration.js';
import { type GeneralizationGap, measureGeneralizationGap } from './generalization-gap.js';
import type { LossBin } from './loss-bins.js';
import { lossByFrequency } from './loss-by-frequency.js';
import { lossByNovelty } from './loss-by-novelty.js';
import { lossByPosition } from './loss-by-position.js';

/** How well a model predicts, and where it fails. */
export interface Fit {
  /** Losses on pieces of the training and the validation text; absent where the training text is not known. */
  readonly gap?: GeneralizationGap;
  /** On the first predictions of the validation text, or of the training text if there is none. */
  readonly calibration: CalibrationReport;
  /** Absent where the training text is not known. */
  readonly byFrequency?: readonly LossBin[];
  readonly byNovelty?: readonly LossBin[];
  /** Absent for a text without known documents. */
  readonly byPosition?: readonly LossBin[];
}

interface FitOptions {
  readonly engine: Engine;
  readonly model: ParameterNetwork;
  /** At least one of these. */
  readonly train: Int32Array | TokenSource | undefined;
  readonly validation: Int32Array | TokenSource | undefined;
  /** The token that ends a document, if there is one. */
  readonly documentEnd: number | undefined;
  /** Of the training. */
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly buckets: number | undefined;
  readonly seed: number;
}

/** Predictions that are made of each text, and those whose distributions are kept. */
const PREDICTIONS = 16_384;
const DISTRIBUTIONS = 4096;
/** The most memory for distributions. */
const BYTES = 1 << 28;
/** Bins of equal width, as in Guo et al. 2017. */
const BINS = 15;
/** The longest n-gram that is looked for. */
const LONGEST = 8;
/** The most training tokens that are searched. */
const SEARCHED = 2_000_000;

/** Measures the fit of a model. @throws UserError `data` for a text of fewer than two tokens, `model` for predictions that are not numbers */
export async function measureFit(options: FitOptions): Promise<Fit> {
  const { engine, model, train, validation, documentEnd, batchSize, sequenceLength, buckets, seed } = options;
  const gap =
    train &&
    (await measureGeneralizationGap({
      engine,
      model,
      train,
      ...(validation && { validation }),
      batchSize,
      sequenceLength,
      ...(buckets !== undefined && { buckets }),
      seed,
      maximumPredictions: PREDICTIONS,
    }));
  const text = beginning((validation ?? train)!, PREDICTIONS + 1);
  const calibration = await measureCalibration({
    engine,
    model,
    tokens: text,
    maximumPredictions: DISTRIBUTIONS,
    maximumBytes: BYTES,
    bins: BINS,
  });
  const { losses } = await collectLosses(text, (onLosses) => scoreText({ model, engine, tokens: text }, onLosses));
  const scored = { tokens: text, losses };
  const byPosition = lossByPosition({ ...scored, ...(documentEnd !== undefined && { documentEnd }) });
  return {
    calibration,
    ...(gap && { gap }),
    ...(train && {
      byFrequency: lossByFrequency({ ...scored, counts: tokenOccurrences(tokenSource(train), model.options.vocabularySize) }),
      byNovelty: lossByNovelty({ ...scored, train: beginning(train, SEARCHED), longest: LONGEST }),
    }),
    ...(byPosition && { byPosition }),
  };
}

/** The first tokens of a text. */
function beginning(text: Int32Array | TokenSource, most: number): TokenSource {
  const source = tokenSource(text);
  return {
    length: Math.min(most, source.length),
    read: (start, target, count) => source.read(start, target, count),
    ...(source.readDocumentEnds && {
      readDocumentEnds: (start: number, target: Uint8Array, count: number) => source.readDocumentEnds!(start, target, count),
    }),
  };
}
