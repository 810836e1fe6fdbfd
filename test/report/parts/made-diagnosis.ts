import type { MeasuredDiagnosis, RunDiagnosis } from '../../../src/report/diagnosis.js';
import type { ReportContents } from '../../../src/report/parts/part.js';
import type { ReportedRun } from '../../../src/report/reported-run.js';

/** Numbers that are easy to recognize, of a model with one layer. */
export const madeDiagnosis: MeasuredDiagnosis = {
  window: 4,
  vocabularySize: 10,
  notices: [],
  findings: [],
  flow: [{ layer: 0, norms: [2, 1, 0.5, 0.01, 1e-9, 1], rate: 0.5, horizon: 3 }],
  initialFlow: [{ layer: 0, norms: [1, 0.1, 0.01, 0.001, 1e-4, 1e-5], rate: 0.1, horizon: undefined }],
  steps: {
    learningRate: 0.01,
    tokens: 40,
    gradientNorms: [1.5, 0.5],
    clippedShare: 0.25,
    updates: [{ name: 'rnn.weight_hh_l0', ratio: 0.002 }],
    noiseScale: 1234,
    belowEpsilon: [
      { name: 'rnn.bias_hh_l0', share: 0 },
      { name: 'encoder.weight', share: 0.75 },
    ],
  },
  firstSteps: {
    learningRate: 0.01,
    tokens: 40,
    gradientNorms: [3],
    clippedShare: undefined,
    updates: [{ name: 'rnn.weight_hh_l0', ratio: 0.05 }],
    noiseScale: undefined,
  },
  spikes: [{ from: 91, to: 100, loss: 3.5, usual: 1.5, until: 120, peak: 4.25 }],
  states: {
    exponents: [{ layer: 0, exponents: [-0.1, Number.NEGATIVE_INFINITY], standardErrors: [0.02, 0] }],
    gates: {
      gates: [{ layer: 0, gate: 'f', mean: 0.6, closed: 0.25, open: 0.5 }],
      memories: [{ layer: 0, timeConstants: Float64Array.of(Number.POSITIVE_INFINITY, 1, 0, 3, 2) }],
    },
    units: {
      layers: [{ layer: 0, means: new Float64Array(5), dead: [1], stuck: [2, 3] }],
      tanhs: [{ layer: 0, tap: 'candidate.g', saturated: 0.125 }],
    },
    readable: [
      {
        detector: { name: 'quotes', describe: '1 inside double quotes, else 0' },
        varies: true,
        units: [{ layer: 0, tap: 'state.c', unit: 7, confirmed: 0.5, standardErrors: 10 }],
      },
      { detector: { name: 'brackets', describe: 'brackets that are open' }, varies: false, units: [] },
    ],
  },
  initialStates: undefined,
  passage: {
    detector: 'quotes',
    unit: { layer: 0, tap: 'state.c', unit: 7, confirmed: 0.5, standardErrors: 10 },
    pieces: ['"', '<b>', '"'],
    values: Float32Array.of(-1, 1, 0),
  },
  fit: {
    gap: {
      train: { natsPerToken: 1, predictions: 100 },
      trainWithDropout: { natsPerToken: 1.5, predictions: 100 },
      validation: { natsPerToken: 1.25, predictions: 100 },
    },
    calibration: {
      predictions: 100,
      asTrained: {
        natsPerToken: 1.25,
        confidence: 0.6,
        accuracy: 0.5,
        expectedCalibrationError: 0.1,
        bins: [
          { from: 0, to: 0.5, predictions: 50, confidence: 0.3, accuracy: 0.2 },
          { from: 0.5, to: 1, predictions: 50, confidence: 0.9, accuracy: 0.8 },
        ],
      },
      best: { temperature: 1.5, natsPerToken: 1.2 },
      atBest: {
        natsPerToken: 1.2,
        confidence: 0.5,
        accuracy: 0.5,
        expectedCalibrationError: 0.01,
        bins: [{ from: 0, to: 1, predictions: 100, confidence: 0.5, accuracy: 0.5 }],
      },
    },
    comparison: {
      natsPerToken: 1.25,
      predictions: 99,
      entropy: 1.125,
      counting: { unigram: 3, kneserNey: 2.5, order: 6, trainingTokens: 1000 },
    },
    context: {
      losses: [
        { history: 0, natsPerToken: 2.75 },
        { history: 1, natsPerToken: 2.25 },
        { history: 2, natsPerToken: 1.75 },
      ],
      positions: 50,
    },
    byFrequency: [{ from: 4, to: 7, predictions: 100, natsPerToken: 1.25, share: 1, lossShare: 1 }],
    byNovelty: [
      { from: 1, to: 1, predictions: 50, natsPerToken: 2, share: 0.5, lossShare: 0.8 },
      { from: 8, to: Number.POSITIVE_INFINITY, predictions: 50, natsPerToken: 0.5, share: 0.5, lossShare: 0.2 },
    ],
  },
};

/** The contents of a report of runs that have nothing but a name and a diagnosis. */
export function madeContents(diagnoses: ReadonlyMap<string, MeasuredDiagnosis | string>): ReportContents {
  const entries = [...diagnoses];
  return {
    runs: entries.map(([name]) => ({ name }) as ReportedRun),
    searches: [],
    passages: [],
    diagnoses: entries.map(
      ([, found], run): RunDiagnosis => (typeof found === 'string' ? { run, problem: found } : { run, measured: found }),
    ),
  };
}
