import type { ResolvedConfig } from '../config/types.js';
import { architectureOf } from '../model/architecture.js';
import type { ParameterNetwork } from '../model/window-programs.js';
import type { LossCurves } from '../run/loss-curves.js';
import type { SessionReason } from '../run/sessions-log.js';
import { tokenSource } from '../text/batches.js';
import type { RateTest } from '../train/find-rate.js';
import { type CellFlow, compareCells } from './compare-cells.js';
import { type Fit, measureFit } from './fit/measure-fit.js';
import { type GradientFlow, gradientFlow } from './gradient-flow.js';
import { measureStates, type States } from './measure-states.js';
import { raisesLoss, type StepMeasurements } from './step-measurements.js';
import { compareTexts, type TextComparison } from './text-comparison.js';
import type { Subject } from './training-subject.js';
import { type UnusedContext, unusedContext } from './unused-context.js';
import type { WarmUp } from './warm-up.js';

/** What is measured of a subject, from which the findings are drawn. */
export interface Evidence {
  readonly config: ResolvedConfig;
  readonly vocabularySize: number;
  /** By recurrent layer: how the loss depends on earlier states, now and before the training. */
  readonly flow: readonly GradientFlow[];
  readonly initialFlow?: readonly GradientFlow[];
  /** The same for networks of other cells before their training, if they are to be compared. */
  readonly cellFlows?: readonly CellFlow[];
  /** Absent for a model without its training. */
  readonly steps?: StepMeasurements;
  /** The first steps of the training; those of `steps`, if it has not begun. */
  readonly firstSteps?: StepMeasurements;
  /** The range test, and the first steps with a warm-up, if the first steps raise the loss. */
  readonly rateTest?: RateTest;
  readonly warmUp?: WarmUp;
  /** What the states do while the model reads, now and before the training. */
  readonly states: States;
  readonly initialStates?: States;
  readonly fit: Fit;
  /** What the model does not use of the text before; absent for a large vocabulary. */
  readonly unused?: UnusedContext;
  /** Absent where either text is not known, or the text is not of the corpus. */
  readonly texts?: TextComparison;
  /** What the run has logged. */
  readonly curves?: LossCurves;
  /** How the last session of the run ended. */
  readonly ended?: SessionReason;
}

/** What is known of a run besides its model. */
export type RunHistory = Pick<Evidence, 'curves' | 'ended'>;

/** Lags that are measured at least, and at most: longer windows take long to compile. */
const FEWEST_LAGS = 64;
const MOST_LAGS = 256;
/** Places of the text, and windows at each of them. */
const PLACES = 16;
const WINDOWS = 2;
/** Steps of the windows in which the fit is measured: longer ones take long to compile. */
const FIT_STEPS = 64;
/** Lags at which tokens are looked for that a model does not use. */
const UNUSED_LAGS = 128;

/** The number of lags to measure: twice the training window, as far as the text and the engine allow. At least 2. */
export function lagsFor({ config, engine, network }: Subject, length: number): number {
  const wanted = Math.min(MOST_LAGS, Math.max(FEWEST_LAGS, 2 * config.training.sequenceLength));
  const layers = architectureOf(network.options).layers.length;
  const possible = Math.min(Math.floor(engine.maximumUnrolledSteps / layers), length - 1) - 1;
  return Math.max(2, Math.min(wanted, possible));
}

interface EvidenceOptions {
  /** Whether gradients are measured in other cells, too. */
  readonly comparesCells?: boolean;
  /** Whether the text that is read is a part of the corpus, which should be of one kind with the training text. */
  readonly comparesTexts?: boolean;
}

/** Measures a subject. @throws UserError of any kind */
export async function gatherEvidence(
  subject: Subject,
  history: RunHistory,
  { comparesCells = false, comparesTexts = true }: EvidenceOptions = {},
): Promise<Evidence> {
  const { config, engine, network, initial, tokenizer } = subject;
  const tokens = tokenSource((subject.validation ?? subject.train)!);
  const lags = lagsFor(subject, tokens.length);
  const places = { tokens, lags, batchSize: PLACES, windows: WINDOWS };
  const measured = { engine, ...places };
  const hasText = tokens.length > lags + 1;
  const flow = hasText ? await gradientFlow({ network, ...measured }) : [];
  const initialFlow = hasText && initial ? await gradientFlow({ network: initial, ...measured }) : undefined;
  const cellFlows = comparesCells && hasText ? await compareCells(subject, places) : undefined;
  const steps = await subject.measureSteps?.();
  const firstSteps = initial ? await subject.measureFirstSteps?.() : steps;
  const isRaised = firstSteps && raisesLoss(firstSteps);
  const rateTest = isRaised ? await subject.testRates?.() : undefined;
  const warmUp = isRaised ? await subject.tryWarmUp?.() : undefined;
  const { training, corpus, seed } = config;
  const statesOf = (of: ParameterNetwork) =>
    measureStates({ network: of, engine, tokens, decoder: tokenizer.createDecoder(), seed });
  const states = await statesOf(network);
  const initialStates = initial && (await statesOf(initial));
  const fit = await measureFit({
    engine,
    model: network,
    train: subject.train,
    validation: subject.validation,
    documentEnd: tokenizer.documentEndId,
    batchSize: training.batchSize,
    sequenceLength: Math.min(training.sequenceLength, FIT_STEPS),
    buckets: corpus.sequences === 'documents' ? training.buckets : undefined,
    seed,
  });
  const unused = await unusedContext({ engine, network, tokens, lags: Math.min(UNUSED_LAGS, tokens.length - 2) });
  const { train, validation } = subject;
  return {
    config,
    vocabularySize: network.options.vocabularySize,
    flow,
    ...(initialFlow && { initialFlow }),
    ...(cellFlows && { cellFlows }),
    ...(steps && { steps }),
    states,
    ...(initialStates && { initialStates }),
    fit,
    ...(unused && { unused }),
    ...(comparesTexts && train && validation && { texts: compareTexts({ train, validation, tokenizer }) }),
    ...(warmUp && { warmUp }),
    ...(rateTest && { rateTest }),
    ...(firstSteps && { firstSteps }),
    ...history,
  };
}
