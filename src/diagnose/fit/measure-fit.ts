import type { Engine } from '../../engine/engine.js';
import { type EffectiveContext, measureEffectiveContext } from '../../evaluate/effective-context.js';
import { collectLosses, scoreText } from '../../evaluate/perplexity.js';
import type { ParameterNetwork } from '../../model/window-programs.js';
import { type TokenSource, tokenOccurrences, tokenSource } from '../../text/batches.js';
import type { Tokenizer } from '../../text/tokenizers/tokenizer.js';
import { sampleSize } from '../sample-size.js';
import { type CalibrationReport, measureCalibration } from './calibration.js';
import { compareFit, type FitComparison } from './compare-fit.js';
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
  /** On the first predictions of the text. */
  readonly comparison: FitComparison;
  /** On some of the first predictions; absent for documents that are read from an empty state, which have no history. */
  readonly context?: EffectiveContext;
}

interface FitOptions {
  readonly engine: Engine;
  readonly model: ParameterNetwork;
  /** At least one of these. */
  readonly train: Int32Array | TokenSource | undefined;
  readonly validation: Int32Array | TokenSource | undefined;
  readonly tokenizer: Tokenizer;
  /** Nats of the first predictions of the validation text under the process that generated it, if that is known. */
  readonly knownSurprisals: ((predictions: number) => Promise<Float64Array | undefined>) | undefined;
  /** Of the training. */
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly buckets: number | undefined;
  readonly seed: number;
}

/** Predictions that are made of each text, and those whose distributions are kept. */
const PREDICTIONS = { wanted: 16_384, least: 2048 };
const DISTRIBUTIONS = { wanted: 4096, least: 2048 };
/** The most memory for distributions. */
const BYTES = 1 << 28;
/** Bins of equal width, as in Guo et al. 2017. */
const BINS = 15;
/** The longest n-gram that is looked for. */
const LONGEST = 8;
/** The most training tokens that are searched. */
const SEARCHED = 2_000_000;
/** The tokens of the longest history, and those of all histories together. After each history one token is predicted. */
const HISTORY = 128;
const READ_AS_HISTORY = { wanted: 192 * HISTORY, least: 48 * HISTORY };

/** Measures the fit of a model. @throws UserError `data` for a text of fewer than two tokens, `model` for predictions that are not numbers */
export async function measureFit(options: FitOptions): Promise<Fit> {
  const { engine, model, train, validation, tokenizer, batchSize, sequenceLength, buckets, seed } = options;
  const predictions = sampleSize(model, PREDICTIONS);
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
      maximumPredictions: predictions,
    }));
  const text = beginning((validation ?? train)!, predictions + 1);
  const calibration = await measureCalibration({
    engine,
    model,
    tokens: text,
    maximumPredictions: sampleSize(model, DISTRIBUTIONS),
    maximumBytes: BYTES,
    bins: BINS,
  });
  const { losses } = await collectLosses(text, (onLosses) => scoreText({ model, engine, tokens: text }, onLosses));
  const scored = { tokens: text, losses };
  const { vocabularySize } = model.options;
  const documentEnd = tokenizer.documentEndId;
  const byPosition = lossByPosition({ ...scored, ...(documentEnd !== undefined && { documentEnd }) });
  const comparison = compareFit({
    ...scored,
    surprisals: validation && (await options.knownSurprisals?.(losses.length)),
    train: validation && train,
    tokenizer: tokenizer.type,
    vocabularySize,
  });
  const positions = Math.floor(sampleSize(model, READ_AS_HISTORY) / HISTORY);
  const context =
    buckets === undefined
      ? await measureEffectiveContext({ engine, model, tokens: idsOf(text), longest: HISTORY, positions })
      : undefined;
  return {
    calibration,
    comparison,
    ...(context && { context }),
    ...(gap && { gap }),
    ...(train && {
      byFrequency: lossByFrequency({ ...scored, counts: tokenOccurrences(tokenSource(train), vocabularySize) }),
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

function idsOf(text: TokenSource): Int32Array {
  const ids = new Int32Array(text.length);
  text.read(0, ids, ids.length);
  return ids;
}
