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
/** The second token before the predicted one would lower the loss by this share. */
const unused = (share: number) => ({ natsPerToken: 2, gains: [0, 2 * share, 0.1] });
/** Losses with a warm-up of two steps. */
const warmUp = (...losses: number[]) => ({ warmupSteps: 2, losses });
const textsOf = (change: Partial<Evidence['texts']>) => ({
  texts: { passages: 100, copied: 0, exact: 0, distance: 0.001, usualDistance: 0.001, ...change },
});
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
const warmed = configOf({ schedule: { type: 'cosine', warmupSteps: 2 } });
/** A network of one layer through which the gradient reaches so far. */
const horizonOf = (horizon: number | undefined) => flow([1, 0.5, 0.1, 0.01]).map((layer) => ({ ...layer, horizon }));
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
  unused: unused(0.05),
  ...textsOf({}),
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
      {
        firstSteps: { ...steps, losses: [4, 5, 3.9] },
        rateTest: { points: [], end: 'diverged', lowestAt: 0.001, notices: [] },
      },
      { firstSteps: { ...steps, losses: [4, 5] }, rateTest: { points: [], end: 'diverged', lowestAt: 0.002, notices: [] } },
      {
        config: warmed,
        firstSteps: { ...steps, losses: [4, 5] },
        rateTest: { points: [], end: 'diverged', lowestAt: 0.001, notices: [] },
        warmUp: warmUp(4, 3.8, 3.3, 3.1),
      },
    ],
    [
      'no-warm-up',
      { firstSteps: { ...steps, losses: [4, 5] }, warmUp: warmUp(4, 9, 3.2, 3.1) },
      { firstSteps: { ...steps, losses: [4, 5] }, warmUp: warmUp(4, 4.7, 3.5, 3.3) },
      { firstSteps: { ...steps, losses: [4, 5] }, warmUp: warmUp(4, 4.7, 3, 3.1) },
      { firstSteps: { ...steps, losses: [4, 5] }, warmUp: warmUp(4, 3.1) },
      { firstSteps: { ...steps, losses: [4, 5, 3.9] }, warmUp: warmUp(4, 9, 3.2, 3.1) },
      { firstSteps: { ...steps, losses: [4, 5] }, config: warmed, warmUp: warmUp(4, 4.7, 3.2, 3.1) },
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
    [
      'vanishing-gradients',
      { unused: unused(0.11), initialFlow: horizonOf(1) },
      { unused: unused(0.09), initialFlow: horizonOf(1) },
      { unused: unused(0.11), initialFlow: horizonOf(2) },
      { unused: unused(0.11), initialFlow: [...horizonOf(1), ...horizonOf(undefined)] },
      { unused: unused(0.11) },
    ],
    [
      'leak',
      textsOf({ copied: 5, exact: 1 }),
      textsOf({ copied: 4, exact: 1 }),
      textsOf({ passages: 20, copied: 2, exact: 2 }),
      {
        ...textsOf({ copied: 5 }),
        config: resolveConfig({
          corpus: { path: 'a.txt', generator: 'fables', boundary: 'document' },
          training: { steps: 1000 },
        }),
      },
    ],
    [
      'corpus-out-of-order',
      textsOf({ distance: 0.021, usualDistance: 0.0026 }),
      textsOf({ distance: 0.019 }),
      textsOf({ distance: 0.021, usualDistance: 0.0027 }),
    ],
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
      { steps: { ...steps, noiseScale: 50 }, curves: curves({ training: { steps: [10, 50, 199] } }), ended: 'interrupted' },
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
    [
      'wrong-initial-scale',
      { firstSteps: { ...steps, losses: [5.5, 5] } },
      { firstSteps: { ...steps, losses: [5.3, 5] } },
      { firstSteps: { ...steps, losses: [5.5, 4.1] } },
    ],
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

  const changesOf = (change: Partial<Evidence>) =>
    findingsOf({ ...healthy, ...change })[0]!.changes.map(({ key, value }) => `${key}=${value}`);

  it('propose an LSTM for a plain network that forgets, and gates that stay open for others', () => {
    const missed = { unused: unused(0.2), initialFlow: horizonOf(1) };
    const layers = [
      { type: 'rnn', size: 8 },
      { type: 'gru', size: 6 },
    ];
    const ofBoth = [...horizonOf(1), { ...horizonOf(1)[0]!, layer: 1 }];
    const gates = { ...states(0.7, 0).gates, memories: [{ ...states(0.7, 0).gates.memories[0]!, layer: 1 }] };
    const second = { ...missed, flow: ofBoth, initialFlow: ofBoth, states: { ...states(0.7, 0), gates } };
    const [change, bias] = changesOf({ ...second, config: configOf({}, { embedding: { size: 8 }, layers }) });
    const key = 'model.layers=';
    expect(JSON.parse(change!.slice(key.length))).toMatchObject([
      { type: 'lstm', size: 8 },
      { type: 'gru', size: 6 },
    ]);
    expect(bias).toBe('model.initialization.forgetBias=1');
    expect(changesOf(missed)).toEqual(['model.initialization.chrono=4']);
    const config = configOf({}, { initialization: { forgetBias: 1 } });
    expect(changesOf({ ...missed, config })).toEqual(['model.initialization.forgetBias=null', 'model.initialization.chrono=4']);
  });

  it('report closed gates as more than a remark only where the model misses something', () => {
    const severityOf = (change: Partial<Evidence>) => findingsOf({ ...healthy, initialStates: states(0.1, 0), ...change })[0]!;
    expect(severityOf({})).toMatchObject({ rule: 'closed-forget-gate', severity: 0.4 });
    expect(severityOf({ unused: unused(0.2), initialFlow: horizonOf(1) })).toMatchObject({
      rule: 'closed-forget-gate',
      severity: 0.85,
    });
  });

  it('propose a schedule that has a warm-up where there is none', () => {
    const raised = { firstSteps: { ...steps, losses: [4, 5] }, warmUp: warmUp(4, 3.9, 3.2, 3) };
    expect(changesOf(raised)).toEqual(['training.schedule.type=cosine', 'training.schedule.warmupSteps=2']);
    const config = configOf({ schedule: { type: 'linear' } });
    expect(changesOf({ ...raised, config })).toEqual(['training.schedule.warmupSteps=2']);
  });

  it('propose to arrange a corpus only where that can help', () => {
    const separate = resolveConfig({ corpus: { train: 'a', validation: 'b' }, training: { steps: 1000 } });
    expect(changesOf(textsOf({ copied: 50, exact: 50 }))).toEqual(['corpus.duplicates=drop']);
    expect(changesOf({ ...textsOf({ copied: 50, exact: 50 }), config: separate })).toEqual(['corpus.duplicates=drop']);
    expect(changesOf(textsOf({ copied: 50 }))).toEqual([]);
    expect(changesOf(textsOf({ distance: 0.1 }))).toEqual(['corpus.order=shuffled']);
    expect(changesOf({ ...textsOf({ distance: 0.1 }), config: separate })).toEqual([]);
  });

  it('propose dropout against overfitting, and a shorter training to a model that has it', () => {
    const risen = { curves: curves({ validation: { steps: [500, 1000], losses: [1.5, 1.9] } }), stepsPerEpoch: 100 };
    expect(changesOf(risen)).toEqual(['model.dropout=0.3']);
    const config = configOf({}, { dropout: 0.4 });
    expect(changesOf({ ...risen, config })).toEqual(['training.steps=500']);
    const inEpochs = configOf({ steps: undefined, epochs: 10 }, { dropout: 0.4 });
    expect(changesOf({ ...risen, config: inEpochs })).toEqual(['training.epochs=5']);
  });

  it('name losses that are not finite', () => {
    const firstSteps = { ...steps, losses: [4, Number.NaN], updates: [{ name: 'w', ratio: Number.NaN }] };
    const rateTest = { points: [], end: 'diverged', lowestAt: 0.001, notices: [] } as const;
    const [high] = findingsOf({ ...healthy, firstSteps, rateTest });
    expect(high!.measured).toMatch(/^at 0\.002 the loss rises from 4 to infinity nats within 2 steps; in the range test/);
    const [cold] = findingsOf({ ...healthy, firstSteps, warmUp: warmUp(4, 9, 3.2, 3.1) });
    expect(cold!.measured).toMatch(/^the loss rises from 4 to infinity nats within 2 steps at the full rate/);
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
