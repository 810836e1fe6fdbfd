import type { ResolvedConfig } from '../config/types.js';
import { architectureOf } from '../model/architecture.js';
import type { ParameterNetwork } from '../model/window-programs.js';
import type { LossCurves } from '../run/loss-curves.js';
import type { SessionReason } from '../run/sessions-log.js';
import { tokenSource } from '../text/batches.js';
import { reversedSource } from '../text/reversed-source.js';
import type { RateTest } from '../train/find-rate.js';
import { type CellFlow, compareCells } from './compare-cells.js';
import type { Curvature } from './curvature.js';
import { type Fit, measureFit } from './fit/measure-fit.js';
import { type GradientFlow, type GradientFlowOptions, gradientFlow } from './gradient-flow.js';
import { findLossSpikes, type LossSpike } from './loss-spikes.js';
import { measureStates, type States } from './measure-states.js';
import type { ScoredBatch } from './spike-batch.js';
import { raisesLoss, type StepMeasurements } from './step-measurements.js';
import { compareTexts, type TextComparison } from './text-comparison.js';
import type { Subject } from './training-subject.js';
import { type UnusedContext, unusedContext } from './unused-context.js';
import type { WarmUp } from './warm-up.js';

/** What is measured of the layers that read in one direction, now and before the training. */
export interface StackEvidence {
  /** By recurrent layer: how the loss depends on earlier states. */
  readonly flow: readonly GradientFlow[];
  readonly initialFlow?: readonly GradientFlow[];
  /** What the states do while the model reads. */
  readonly states: States;
  readonly initialStates?: States;
}

/**
 * What is measured of a subject, from which the findings are drawn. Of a bidirectional model the steps are those of the whole model, and
 * everything else is measured of its forward stack.
 */
export interface Evidence extends StackEvidence {
  readonly config: ResolvedConfig;
  readonly vocabularySize: number;
  /** Of the backward stack of a bidirectional model. */
  readonly backward?: StackEvidence;
  /** The same for networks of other cells before their training, if they are to be compared. */
  readonly cellFlows?: readonly CellFlow[];
  /** The steps of one pass over the training text. */
  readonly stepsPerEpoch?: number;
  /** Absent for a model without its training. */
  readonly steps?: StepMeasurements;
  /** The first steps of the training; those of `steps`, if it has not begun. */
  readonly firstSteps?: StepMeasurements;
  /** The range test, and the first steps with a warm-up, if the first steps raise the loss. */
  readonly rateTest?: RateTest;
  readonly warmUp?: WarmUp;
  readonly fit: Fit;
  /** What the model does not use of the text before; absent for a large vocabulary. */
  readonly unused?: UnusedContext;
  /** Absent where either text is not known, or the text is not of the corpus. */
  readonly texts?: TextComparison;
  /** If it is asked for. */
  readonly curvature?: Curvature;
  /** The greatest spikes of the training loss, with the batch on which the model now has the highest loss; in order of their steps. */
  readonly spikes?: readonly ExaminedSpike[];
  /** What the run has logged. */
  readonly curves?: LossCurves;
  /** How the last session of the run ended. */
  readonly ended?: SessionReason;
}

/** A spike of the training loss. */
export interface ExaminedSpike extends LossSpike {
  /** Of the steps whose mean is the first high loss, and the step before them: their updates may have raised it. */
  readonly batch: ScoredBatch;
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
  /** Whether gradients are measured in other cells, too. It takes long, as the curvature does. */
  readonly comparesCells?: boolean;
  /** Without effect for a model without its training. */
  readonly measuresCurvature?: boolean;
  /** Whether the text that is read is a part of the corpus, which should be of one kind with the training text. */
  readonly comparesTexts?: boolean;
}

/** Spikes that are examined, and the most steps among which a batch is looked for. */
const SPIKES = 3;
const SPIKE_STEPS = 64;

/** The greatest spikes of a run with the batches that may have caused them; undefined where there is no log or no training text. */
async function examineSpikes({ curves }: RunHistory, subject: Subject): Promise<ExaminedSpike[] | undefined> {
  const { findBatch } = subject;
  if (curves === undefined || findBatch === undefined) return undefined;
  const greatest = findLossSpikes(curves.training)
    .toSorted((a, b) => b.deviations - a.deviations)
    .slice(0, SPIKES)
    .toSorted((a, b) => a.from - b.from);
  const examined: ExaminedSpike[] = [];
  for (const spike of greatest) {
    const from = Math.max(1, spike.from - 1, spike.to - SPIKE_STEPS + 1);
    examined.push({ ...spike, batch: await findBatch(from, spike.to) });
  }
  return examined;
}

/** @param places with the text in the order in which the stack reads it */
async function measureStack(
  { engine, tokenizer, config }: Subject,
  { network, initial }: Pick<Subject, 'network' | 'initial'>,
  places: Omit<GradientFlowOptions, 'network' | 'engine'>,
): Promise<StackEvidence> {
  const { tokens, lags } = places;
  const hasText = tokens.length > lags + 1;
  const flowOf = async (of: ParameterNetwork) => (hasText ? gradientFlow({ network: of, engine, ...places }) : []);
  const statesOf = (of: ParameterNetwork) =>
    measureStates({ network: of, engine, tokens, decoder: tokenizer.createDecoder(), seed: config.seed });
  return {
    flow: await flowOf(network),
    ...(initial && hasText && { initialFlow: await flowOf(initial) }),
    states: await statesOf(network),
    ...(initial && { initialStates: await statesOf(initial) }),
  };
}

/** Measures a subject. @throws UserError of any kind */
export async function gatherEvidence(
  subject: Subject,
  history: RunHistory,
  { comparesCells = false, measuresCurvature = false, comparesTexts = true }: EvidenceOptions = {},
): Promise<Evidence> {
  const { config, engine, network, initial, tokenizer, backward } = subject;
  const tokens = tokenSource((subject.validation ?? subject.train)!);
  const lags = lagsFor(subject, tokens.length);
  const places = { tokens, lags, batchSize: PLACES, windows: WINDOWS };
  const hasText = tokens.length > lags + 1;
  const forward = await measureStack(subject, subject, places);
  const fromEnd = backward && (await measureStack(subject, backward, { ...places, tokens: reversedSource(tokens) }));
  const cellFlows = comparesCells && hasText ? await compareCells(subject, places) : undefined;
  const spikes = await examineSpikes(history, subject);
  // The steps change the parameters of the training.
  const curvature = measuresCurvature ? await subject.measureCurvature?.() : undefined;
  const steps = await subject.measureSteps?.();
  const firstSteps = initial ? await subject.measureFirstSteps?.() : steps;
  const isRaised = firstSteps && raisesLoss(firstSteps);
  const rateTest = isRaised ? await subject.testRates?.() : undefined;
  const warmUp = isRaised ? await subject.tryWarmUp?.() : undefined;
  const { training, corpus, seed } = config;
  const fit = await measureFit({
    engine,
    model: network,
    train: subject.train,
    validation: subject.validation,
    tokenizer,
    knownSurprisals: subject.knownSurprisals,
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
    ...forward,
    ...(fromEnd && { backward: fromEnd }),
    ...(cellFlows && { cellFlows }),
    ...(subject.stepsPerEpoch !== undefined && { stepsPerEpoch: subject.stepsPerEpoch }),
    ...(steps && { steps }),
    fit,
    ...(unused && { unused }),
    ...(comparesTexts && train && validation && { texts: compareTexts({ train, validation, tokenizer }) }),
    ...(warmUp && { warmUp }),
    ...(rateTest && { rateTest }),
    ...(curvature && { curvature }),
    ...(spikes && { spikes }),
    ...(firstSteps && { firstSteps }),
    ...history,
  };
}
