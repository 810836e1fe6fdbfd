/** The counters and arrays in a checkpoint; test/commands/bad-input/checkpoint-state.test.ts shows a refusal as users see it. */
import { describe, expect, it, test } from 'vitest';
import type { JsonValue } from '../../src/foundation/strict-json.js';
import { parameterTable } from '../../src/model/parameter-table.js';
import {
  checkCounters,
  freshState,
  parseState,
  restoreArrays,
  type TrainingArrays,
  type TrainingState,
  toCheckpoint,
} from '../../src/train/training-state.js';
import { userErrorOf } from '../foundation/thrown.js';
import { smallModel } from './small-session.js';

/** An epoch of five windows with 10 predictions each, except the last one, which has 2. */
const epoch = { windows: 5, predictionsBefore: (window: number) => Math.min(10 * window, 42) };

/** After two windows of the second epoch, with two windows for an update: three updates in the first epoch, one in the second. */
const possible: TrainingState = {
  step: 4,
  epoch: 2,
  window: 2,
  tokens: 62,
  epochNats: 30.5,
  epochTokens: 20,
  recentNats: 90,
  recentTokens: 62,
  schedule: { reductions: 1, waited: 0, best: 2.5 },
  validation: { waited: 1, bestLoss: 2.5, bestStep: 3, reference: 2.5 },
  averaging: { count: 2, recent: [2.5, 3], lowest: 2.75 },
  corpus: 'abc',
  metricsLength: 100,
};

describe('the state in a checkpoint', () => {
  const parsed = (change: Record<string, unknown>) =>
    parseState('run/step-4', { ...possible, ...change } as unknown as JsonValue);

  it('is read as it was written', () => {
    expect(parsed({})).toEqual(possible);
    expect(parseState('x', freshState('abc') as unknown as JsonValue)).toEqual(freshState('abc'));
    for (const zero of ['step', 'window', 'tokens', 'epochNats', 'epochTokens', 'recentNats', 'recentTokens', 'metricsLength'])
      expect(parsed({ [zero]: 0 })).toMatchObject({ [zero]: 0 });
  });

  it('of a release without averaging has an empty average', () => {
    const { averaging: _, ...older } = possible;
    expect(parseState('x', older as unknown as JsonValue).averaging).toEqual({ count: 0, recent: [] });
  });

  const counts = ['step', 'epoch', 'window', 'tokens', 'epochTokens', 'recentTokens', 'metricsLength'];
  it.each<[string, unknown]>([
    ...[...counts, 'epochNats', 'recentNats'].flatMap((key) =>
      [-1, '6', null, true].map((value) => [key, value] as [string, unknown]),
    ),
    ...counts.flatMap((key) => [0.5, 1e300].map((value) => [key, value] as [string, unknown])),
    ['epoch', 0],
    ['corpus', 3],
    ['schedule', 3],
    ['schedule', { reductions: -1, waited: 0 }],
    ['schedule', { reductions: 0, waited: 0.5 }],
    ['schedule', { reductions: 0, waited: 0, best: 'low' }],
    ['validation', []],
    ['validation', { waited: -1 }],
    ['validation', { waited: 0, bestLoss: 2 }],
    ['validation', { waited: 0, bestStep: 2 }],
    ['validation', { waited: 0, bestLoss: 2, bestStep: 2.5 }],
    ['validation', { waited: 0, bestLoss: null, bestStep: 2 }],
    ['validation', { waited: 0, reference: 'x' }],
    ['averaging', 1],
    ['averaging', { count: -1, recent: [] }],
    ['averaging', { count: 0, recent: {} }],
    ['averaging', { count: 0, recent: [1, 'x'] }],
    ['averaging', { count: 0, recent: [], lowest: 'x' }],
  ])('is refused with %s = %j', (key, value) => {
    const { kind, message } = userErrorOf(() => parsed({ [key]: value }));
    expect(kind).toBe('model');
    expect(message).toMatch(new RegExp(`^run/step-4 cannot be resumed: ${key} in its state is "`));
  });

  it('is refused with a key less', () => {
    for (const key of Object.keys(possible).filter((name) => name !== 'averaging'))
      expect(userErrorOf(() => parsed({ [key]: undefined })).message).toBe(
        `run/step-4 cannot be resumed: ${key} in its state is missing`,
      );
  });
});

describe('the counters of a checkpoint', () => {
  const check = (change: Partial<TrainingState>, accumulation = 2) =>
    checkCounters('run/step-4', { ...possible, ...change }, epoch, accumulation);

  it.each<[string, Partial<TrainingState>, number?]>([
    ['in an epoch', {}],
    ['at the beginning', freshState('abc')],
    ['at the end of an epoch', { step: 3, epoch: 2, window: 0, tokens: 42, epochTokens: 0, recentTokens: 0 }],
    ['without accumulation', { step: 7 }, 1],
    [
      'with an event of each step',
      { schedule: { reductions: 4, waited: 4 }, validation: { waited: 4, bestStep: 4, bestLoss: 1 } },
    ],
    // The parameters from before the first update, and those after each.
    ['with each set of parameters in the average', { averaging: { count: 5, recent: [1, 2, 3, 4] } }],
  ])('are possible %s', (_, change, accumulation) => {
    expect(() => check(change, accumulation)).not.toThrow();
  });

  it.each<[string, Partial<TrainingState>]>([
    ['window is 5, where an epoch has 5', { window: 5 }],
    ['window is 3, where an update has 2 windows', { window: 3 }],
    ['step is 5, where 4 are made up to window 2 of epoch 2', { step: 5 }],
    ['step is 3, where 4 are made', { step: 3 }],
    ['step is 4, where 7 are made up to window 2 of epoch 3', { epoch: 3 }],
    ['tokens is 61, where 62 are read in 4 steps', { tokens: 61 }],
    ['epochTokens is 62, where 20 are read in 2 windows', { epochTokens: 62 }],
    ['recentTokens is 63, where 62 are read in all', { recentTokens: 63 }],
    ['averaging is 6, where 4 steps are made', { averaging: { count: 6, recent: [] } }],
    ['validation is 5, where 4 steps are made', { schedule: { reductions: 5, waited: 0 } }],
    ['validation is 6, where 4 steps are made', { schedule: { reductions: 0, waited: 6 } }],
    ['validation is 7, where 4 steps are made', { validation: { waited: 7 } }],
    ['validation is 8, where 4 steps are made', { validation: { waited: 0, bestLoss: 1, bestStep: 8 } }],
    ['validation is 5, where 4 steps are made', { averaging: { count: 0, recent: [1, 2, 3, 4, 5] } }],
  ])('are refused: %s', (problem, change) => {
    const { kind, message } = userErrorOf(() => check(change));
    expect(kind).toBe('model');
    expect(message).toContain(`run/step-4 cannot be resumed with this text and config: ${problem}`);
    expect(message).toContain('Delete the file to go on from the checkpoint before it');
  });
});

describe('the arrays of a checkpoint', () => {
  const table = parameterTable(smallModel);
  const counting = (length: number, first: number) => Float32Array.from({ length }, (_, i) => first + i);
  /** Arrays of a run that averages its parameters, with one moment and a state in two shards. */
  const arrays = (first: number): TrainingArrays => ({
    parameters: counting(table.arenaLength, first),
    evaluated: counting(table.arenaLength, first + 10_000),
    moments: { mean: { values: counting(table.arenaLength, first + 20_000), entries: table.trained } },
    state: { 'h.0': [counting(6, first), counting(6, first + 6)] },
  });
  const identity = { table, config: { a: 1 }, tokenizer: {}, splitDigests: { train: 'x' } };
  const written = () => toCheckpoint(possible, arrays(1), identity);

  test('are restored: trained parameters, evaluated ones, moments and the state of each shard', () => {
    const target = arrays(50_000);
    restoreArrays('x', written(), target, table);
    const again = toCheckpoint(possible, target, identity);
    expect(again).toEqual(written());
    expect(again.parameters[0]!.data[0]).toBe(10_001);
    expect(again.optimizer.map(({ name }) => name)).toEqual(
      ['mean', 'trained'].flatMap((array) => table.trained.map(({ name }) => `${array}.${name}`)),
    );
    expect(target.state['h.0']!.map((shard) => [...shard])).toEqual([
      [1, 2, 3, 4, 5, 6],
      [7, 8, 9, 10, 11, 12],
    ]);
  });

  test('without averaging have the parameters once', () => {
    const one = arrays(1);
    const plain = { ...one, evaluated: one.parameters };
    const checkpoint = toCheckpoint(possible, plain, identity);
    expect(checkpoint.optimizer.some(({ name }) => name.startsWith('trained.'))).toBe(false);
    expect(userErrorOf(() => restoreArrays('run/step-4', checkpoint, arrays(1), table)).message).toBe(
      'run/step-4 does not fit this config: trained.encoder.weight is missing or of another size',
    );
  });

  test('come with what a model file says of its training', () => {
    const { config, training } = written();
    expect(config).toEqual({ a: 1 });
    const told = { step: 4, epoch: 2, tokens: 62, splitDigests: { train: 'x' } };
    expect(training).toEqual({ ...told, validationLoss: 2.5, validationStep: 3 });
    const unvalidated = { ...possible, validation: { waited: 0 } };
    expect(toCheckpoint(unvalidated, arrays(1), identity).training).toEqual(told);
  });

  test('are refused where one is missing, of another size or not finite', () => {
    const restored = (change: object) => () => restoreArrays('run/step-4', { ...written(), ...change }, arrays(1), table);
    const { parameters, optimizer, state } = written();
    const told = (change: object) => {
      const { kind, message } = userErrorOf(restored(change));
      expect(kind).toBe('model');
      return message;
    };
    const misfit = (name: string) => `run/step-4 does not fit this config: ${name} is missing or of another size`;
    expect(told({ parameters: parameters.slice(1) })).toBe(misfit('encoder.weight'));
    expect(told({ optimizer: optimizer.slice(1) })).toBe(misfit('mean.encoder.weight'));
    expect(told({ state: [] })).toBe(misfit('h.0'));
    expect(told({ state: [{ ...state[0]!, data: new Float32Array(11) }] })).toBe(misfit('h.0'));
    expect(told({ state: [{ ...state[0]!, data: new Int32Array(12) }] })).toBe(misfit('h.0'));
    for (const value of [Number.NaN, Number.NEGATIVE_INFINITY])
      expect(told({ state: [{ ...state[0]!, data: new Float32Array(12).fill(value, 3) }] })).toBe(
        `run/step-4 cannot be resumed: h.0 holds ${value} at 3`,
      );
  });
});
