import type { ConfigChange } from '../config/proposed-changes.js';

/*
 * What the diagnosis of a run measured, as plain data. It is measured by what `textloom diagnose` uses (src/diagnose/), which explains each
 * number; this file contains what the report shows.
 */

/** The diagnosis of a run: what was measured, or why nothing could be. */
export type RunDiagnosis = {
  /** Index of the run in the report. */
  readonly run: number;
} & ({ readonly problem: string } | { readonly measured: MeasuredDiagnosis });

export interface MeasuredDiagnosis {
  /** Steps of a training window. */
  readonly window: number;
  readonly vocabularySize: number;
  readonly notices: readonly string[];
  /** The worst first. */
  readonly findings: readonly ReportedFinding[];
  /** By recurrent layer; now, and before the training where that is known. */
  readonly flow: readonly FlowOfLayer[];
  readonly initialFlow: readonly FlowOfLayer[];
  /** At the present step, and at the beginning of the training where that is known. */
  readonly steps: MeasuredSteps | undefined;
  readonly firstSteps: MeasuredSteps | undefined;
  readonly spikes: readonly ReportedSpike[];
  readonly states: MeasuredStates;
  readonly initialStates: MeasuredStates | undefined;
  /** Only of a text that is known to be that of the training: it is shown. */
  readonly passage: TrackedPassage | undefined;
  readonly fit: MeasuredFit;
}

export interface ReportedFinding {
  /** From 0 to 1. */
  readonly severity: number;
  readonly problem: string;
  readonly measured: string;
  readonly threshold: string;
  /** The value is YAML. */
  readonly changes: readonly ConfigChange[];
  readonly gain: string;
}

export interface FlowOfLayer {
  /** The index of the layer in the model, here and below. */
  readonly layer: number;
  /** Norms of the gradient of a step's loss with respect to the state that k + 1 steps before left, by k from 0. */
  readonly norms: readonly number[];
  /** The factor of each step back. */
  readonly rate: number;
  /** The first k whose norm is below 1% of the first one. */
  readonly horizon: number | undefined;
}

export interface MeasuredSteps {
  readonly learningRate: number;
  readonly tokens: number;
  readonly gradientNorms: readonly number[];
  readonly clippedShare: number | undefined;
  readonly updates: readonly { readonly name: string; readonly ratio: number }[];
  /** In tokens. */
  readonly noiseScale: number | undefined;
  /** Share of the second moments whose root is below epsilon, by tensor; undefined where the optimizer has none. */
  readonly belowEpsilon?: readonly { readonly name: string; readonly share: number }[];
}

/** Steps whose loss is far above that of the steps before. Losses are in nats per token. */
export interface ReportedSpike {
  readonly from: number;
  readonly to: number;
  readonly loss: number;
  readonly usual: number;
  readonly until: number;
  readonly peak: number;
}

export interface MeasuredStates {
  readonly exponents: readonly {
    readonly layer: number;
    readonly exponents: readonly number[];
    readonly standardErrors: readonly number[];
  }[];
  readonly gates: {
    readonly gates: readonly {
      readonly layer: number;
      readonly gate: string;
      readonly mean: number;
      readonly closed: number;
      readonly open: number;
    }[];
    readonly memories: readonly { readonly layer: number; readonly timeConstants: Float64Array }[];
  };
  readonly units: {
    readonly layers: readonly {
      readonly layer: number;
      readonly means: Float64Array;
      readonly dead: readonly number[];
      readonly stuck: readonly number[];
    }[];
    readonly tanhs: readonly { readonly layer: number; readonly tap: string; readonly saturated: number }[];
  };
  readonly readable: readonly {
    readonly detector: { readonly name: string; readonly describe: string };
    readonly varies: boolean;
    readonly units: readonly TrackingUnit[];
  }[];
}

export interface TrackingUnit {
  readonly layer: number;
  readonly tap: string;
  readonly unit: number;
  readonly confirmed: number;
  readonly standardErrors: number;
}

export interface TrackedPassage {
  readonly detector: string;
  readonly unit: TrackingUnit;
  /** What each token adds to the text, and the value of the unit after it. */
  readonly pieces: readonly string[];
  readonly values: Float32Array;
}

interface MeanLossOf {
  readonly natsPerToken: number;
  readonly predictions: number;
}

export interface MeasuredFit {
  readonly gap?: {
    readonly train: MeanLossOf;
    readonly trainWithDropout?: MeanLossOf;
    readonly validation?: MeanLossOf;
  };
  readonly calibration: {
    readonly predictions: number;
    readonly asTrained: ReportedCalibration;
    readonly best: { readonly temperature: number; readonly natsPerToken: number };
    readonly atBest: ReportedCalibration;
  };
  readonly comparison: {
    readonly natsPerToken: number;
    readonly predictions: number;
    readonly entropy?: number;
    readonly counting?: {
      readonly unigram: number;
      readonly kneserNey: number;
      readonly order: number;
      readonly trainingTokens: number;
    };
  };
  readonly context?: {
    readonly losses: readonly { readonly history: number; readonly natsPerToken: number }[];
    readonly positions: number;
  };
  readonly byFrequency?: readonly BinnedLoss[];
  readonly byNovelty?: readonly BinnedLoss[];
  readonly byPosition?: readonly BinnedLoss[];
}

export interface ReportedCalibration {
  readonly natsPerToken: number;
  readonly confidence: number;
  readonly accuracy: number;
  readonly expectedCalibrationError: number;
  readonly bins: readonly {
    readonly from: number;
    readonly to: number;
    readonly predictions: number;
    readonly confidence: number;
    readonly accuracy: number;
  }[];
}

export interface BinnedLoss extends MeanLossOf {
  /** The least and the greatest value of the bin. */
  readonly from: number;
  readonly to: number;
  readonly share: number;
  readonly lossShare: number;
}
