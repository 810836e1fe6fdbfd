import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../src/config/resolve.js';
import type { Evidence } from '../../../src/diagnose/evidence.js';
import { findingsOf, rules } from '../../../src/diagnose/findings/index.js';
import type { LossCurves } from '../../../src/run/loss-curves.js';

const configOf = (training: Record<string, unknown> = {}, model: Record<string, unknown> = {}) =>
  resolveConfig({
    corpus: { path: 'a.txt' },
    training: { steps: 1000, optimizer: { type: 'adam', learningRate: 0.002 }, ...training },
    model,
  });

const steps = {
  learningRate: 0.002,
  tokens: 512,
  losses: [4, 3.9, 3.8],
  gradientNorms: [1, 1, 1],
  clippedShare: 0,
  updates: [{ name: 'w', ratio: 0.01 }],
  noiseScale: 400,
};
const flow = (norms: readonly number[]) => [{ layer: 0, norms, rate: 0.5, horizon: 9 }];
const states = (kept: number, dead: number) =>
  ({
    exponents: [],
    gates: {
      gates: [],
      memories: [
        { layer: 0, tap: 'gate.f', inverted: false, kept: Float64Array.of(kept, kept), timeConstants: Float64Array.of(1, 1) },
      ],
    },
    units: {
      layers: [
        {
          layer: 0,
          steps: 9,
          means: new Float64Array(8),
          deviations: new Float64Array(8),
          dead: Array.from({ length: dead }, (_, i) => i),
          stuck: [],
        },
      ],
      tanhs: [],
    },
    readable: [],
  }) satisfies Evidence['states'];
const lossOf = (natsPerToken: number) => ({ natsPerToken, predictions: 1000 });
const fitOf = (train: number, validation: number, trainWithDropout?: number) =>
  ({
    gap: {
      train: lossOf(train),
      validation: lossOf(validation),
      ...(trainWithDropout !== undefined && { trainWithDropout: lossOf(trainWithDropout) }),
    },
  }) as Evidence['fit'];
const curves = (
  change: { training?: Partial<LossCurves['training']>; validation?: LossCurves['validation'] } = {},
): LossCurves => ({
  training: {
    steps: [10, 500, 1000],
    losses: [4, 2, 1],
    learningRates: [0.002, 0.002, 0.002],
    gradientNorms: [1, 1, 1],
    ...change.training,
  },
  validation: change.validation ?? { steps: [500, 1000], losses: [2, 1.5] },
  tokens: 1,
});
const healthy: Evidence = {
  config: configOf(),
  vocabularySize: 64,
  flow: flow([1, 0.5, 0.1, 0.01]),
  initialFlow: flow([1, 0.5, 0.1, 0.01]),
  steps,
  firstSteps: steps,
  states: states(0.7, 0),
  initialStates: states(0.7, 0),
  fit: fitOf(1, 1.05, 1.02),
  curves: curves(),
  ended: 'completed',
};
const found = (change: Partial<Evidence>) => findingsOf({ ...healthy, ...change }).map(({ rule }) => rule);

describe('the rules', () => {
  it('find nothing in a healthy training', () => {
    expect(found({})).toEqual([]);
  });

  it('have different names, and each says when it reports', () => {
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
    for (const { name, describe: text } of rules) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(text).toMatch(/^[A-Z].*\.$/);
    }
  });

  it.each<[rule: string, reported: Partial<Evidence>, ...notReported: Partial<Evidence>[]]>([
    [
      'exploding-gradients',
      { ended: 'diverged', config: configOf({ clipping: { type: 'none' } }) },
      { ended: 'diverged' },
      { config: configOf({ clipping: { type: 'none' } }) },
    ],
    [
      'rate-too-high',
      { firstSteps: { ...steps, losses: [4, 5] }, rateTest: { points: [], end: 'diverged', lowestAt: 0.001, notices: [] } },
      { firstSteps: { ...steps, losses: [4, 5] } },
      { firstSteps: { ...steps, losses: [4, 5] }, rateTest: { points: [], end: 'diverged', lowestAt: 0.002, notices: [] } },
    ],
    [
      'rate-too-low',
      {
        firstSteps: { ...steps, updates: [{ name: 'w', ratio: 4e-4 }] },
        curves: curves({ training: { losses: [4, 3.9, 3.8] } }),
      },
      { firstSteps: { ...steps, updates: [{ name: 'w', ratio: 4e-4 }] } },
      {
        firstSteps: { ...steps, updates: [{ name: 'w', ratio: 6e-4 }] },
        curves: curves({ training: { losses: [4, 3.9, 3.8] } }),
      },
    ],
    ['closed-forget-gate', { initialStates: states(0.14, 0) }, { initialStates: states(0.16, 0) }, { states: states(0.01, 0) }],
    ['dead-units', { states: states(0.7, 3) }, { states: states(0.7, 2) }],
    [
      'schedule-ended-early',
      { curves: curves({ training: { steps: [10, 690, 1000], learningRates: [0.002, 0.001, 0.00001] } }) },
      { curves: curves({ training: { steps: [10, 710, 1000], learningRates: [0.002, 0.001, 0.00001] } }) },
      { curves: curves({ training: { steps: [10, 690, 1000], learningRates: [0.002, 0.001, 0.00002] } }) },
    ],
    [
      'batch-too-large',
      { steps: { ...steps, noiseScale: 50 }, curves: curves({ training: { steps: [10, 50, 199] } }) },
      { steps: { ...steps, noiseScale: 50 } },
      { steps: { ...steps, noiseScale: 52 }, curves: curves({ training: { steps: [10, 50, 199] } }) },
    ],
    [
      'window-too-short',
      { config: configOf({ sequenceLength: 2 }), initialFlow: flow([1, 0.5, 0.11, 0.01]) },
      { config: configOf({ sequenceLength: 2 }), initialFlow: flow([1, 0.5, 0.09, 0.01]) },
      {
        config: resolveConfig({
          corpus: { path: 'a.txt', documents: 'lines', sequences: 'documents' },
          training: { steps: 1000, sequenceLength: 2 },
        }),
        initialFlow: flow([1, 0.5, 0.11, 0.01]),
      },
    ],
    [
      'overfitting',
      { curves: curves({ validation: { steps: [500, 1000], losses: [1.5, 1.54] } }) },
      { curves: curves({ validation: { steps: [500, 1000], losses: [1.5, 1.52] } }) },
      { curves: curves({ training: { losses: [4, 2, 2.1] }, validation: { steps: [500, 1000], losses: [1.5, 1.54] } }) },
    ],
    [
      'dropout-too-high',
      { config: configOf({}, { dropout: 0.5 }), fit: fitOf(1, 1.02, 1.06) },
      { config: configOf({}, { dropout: 0.2 }), fit: fitOf(1, 1.02, 1.06) },
      { config: configOf({}, { dropout: 0.5 }), fit: fitOf(1, 1.04, 1.06) },
      { config: configOf({}, { dropout: 0.5 }), fit: fitOf(1, 1.02, 1.04) },
    ],
    ['wrong-initial-scale', { firstSteps: { ...steps, losses: [5.5, 5] } }, { firstSteps: { ...steps, losses: [5.3, 5] } }],
    [
      'narrow-embedding',
      { config: configOf({}, { embedding: { size: 5 }, layers: [{ type: 'lstm', size: 8 }] }) },
      { config: configOf({}, { embedding: { size: 6 }, layers: [{ type: 'lstm', size: 8 }] }) },
    ],
  ])('%s', (rule, reported, ...notReported) => {
    expect(found(reported)).toEqual([rule]);
    for (const other of notReported) expect(found(other)).toEqual([]);
    const [finding] = findingsOf({ ...healthy, ...reported });
    expect(finding!.severity).toBeGreaterThan(0);
    expect(finding!.severity).toBeLessThanOrEqual(1);
    expect(finding!.changes.length).toBeGreaterThan(0);
  });

  it('report the worst finding first', () => {
    const all = findingsOf({
      ...healthy,
      ended: 'diverged',
      config: configOf({ clipping: { type: 'none' } }, { embedding: { size: 5 }, layers: [{ type: 'lstm', size: 8 }] }),
    });
    expect(all.map(({ rule }) => rule)).toEqual(['exploding-gradients', 'narrow-embedding']);
  });
});
