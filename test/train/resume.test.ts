/** What may change when a run is resumed, in this process; test/commands/resume.test.ts shows it as users see it. */
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import type { ResolvedConfig } from '../../src/config/types.js';
import type { JsonValue } from '../../src/foundation/strict-json.js';
import { checkResumable, checkRunLength, differencesWithin, engineOfRun } from '../../src/train/resume.js';
import { userErrorOf } from '../foundation/thrown.js';

const configOf = (training: object = {}, rest: object = {}) =>
  resolveConfig({
    corpus: { path: 'a.txt' },
    training: { steps: 12, batchSize: 8, checkpoints: { keep: 3 }, ...training },
    engine: { shards: 4 },
    ...rest,
  });

describe('the config of a run that is resumed', () => {
  const check = (now: ResolvedConfig, before = configOf()) => checkResumable(now, before);

  it('may be the same, or differ in what does not affect the model', () => {
    expect(check(configOf())).toEqual([]);
    expect(check(configOf({ samples: { everySteps: 3 } }, { name: 'other', output: 'elsewhere' }))).toEqual([]);
    expect(check(configOf({}, { engine: { shards: 4, threads: 3 } }))).toEqual([]);
  });

  it('is reported where it changes the model from there on', () => {
    expect(check(configOf({ steps: 20, checkpoints: { keep: 7 }, gradientNoise: 0.5 }))).toEqual([
      'resuming with training.steps = 20 (it was 12)',
      'resuming with training.gradientNoise = 0.5 (it was 0)',
      'resuming with training.checkpoints.keep = 7 (it was 3)',
    ]);
    expect(check(configOf({ steps: undefined, epochs: 2 }))).toEqual([
      'resuming with training.epochs = 2 (it was absent)',
      'resuming with training.steps = absent (it was 12)',
    ]);
  });

  it('is reported where another engine changes the last bits, without its other keys', () => {
    const onnxRuntime = configOf({ steps: 20 }, { engine: { type: 'onnxruntime' } });
    expect(check(onnxRuntime)).toEqual([
      'resuming with training.steps = 20 (it was 12)',
      'resuming with engine.type = "onnxruntime" (it was "typed-array"): from here on the last bits differ from those of one engine',
    ]);
  });

  it('is refused where a key must not change, with all such keys', () => {
    const other = configOf({ steps: 20, batchSize: 16 }, { seed: 9 });
    const { kind, message } = userErrorOf(() => check(other));
    expect(kind).toBe('usage');
    expect(message).toMatch(
      /^cannot resume with another config: .*training\.batchSize is 16, the run has 8.*\. Restore it, or start a new run with --output\.$/,
    );
    expect(message).toContain('seed is 9, the run has ');
    expect(message.split('; ')).toHaveLength(2);
    expect(userErrorOf(() => check(configOf({}, { engine: { shards: 2 } }))).message).toContain('engine.shards is 2');
  });
});

describe('the differences between two values', () => {
  it('are found within maps and lists of one length', () => {
    const was = { layers: [{ type: 'lstm', size: 4 }, { type: 'gru' }], head: null, range: 1 };
    const now = {
      layers: [
        { type: 'lstm', size: 5 },
        { type: 'gru', size: 4 },
      ],
      head: null,
      range: 2,
    };
    expect(differencesWithin(now, was, 'model')).toEqual([
      { path: 'model.layers.0.size', now: '5', was: '4' },
      { path: 'model.layers.1.size', now: '4', was: 'absent' },
      { path: 'model.range', now: '2', was: '1' },
    ]);
    expect(differencesWithin(was, was, 'model')).toEqual([]);
    expect(differencesWithin({ a: null }, { a: 'b' }, '')).toEqual([{ path: 'a', now: 'null', was: '"b"' }]);
  });
});

describe('the length of a resumed run', () => {
  /** A run of 6 steps that has made some of them. */
  const notices = (training: object, { step = 6, before = {} as object, stepsPerEpoch = 3 } = {}) => {
    const config = configOf({ steps: 12, ...training });
    const { schedule, steps, epochs } = config.training;
    return checkRunLength({
      config,
      before: { training: { steps: 6, schedule, ...before } } as unknown as JsonValue,
      state: { step, epoch: 2 },
      steps: steps ?? epochs! * stepsPerEpoch,
      stepsPerEpoch,
    });
  };
  const cosine = { type: 'cosine' };
  const optimizer = { type: 'sgd', learningRate: 0.5 };

  it('must not be below the steps that it has made', () => {
    const refused = (training: object, step: number) => {
      const { kind, message } = userErrorOf(() => notices(training, { step }));
      expect(kind).toBe('usage');
      return message;
    };
    expect(refused({ steps: 5 }, 6)).toBe(
      'cannot resume: training.steps is 5: the run would end after step 5, and has made 6 steps. ' +
        'Set training.steps to at least 6, or start a new run with --output.',
    );
    expect(refused({ steps: undefined, epochs: 2 }, 7)).toContain(
      'training.epochs is 2: the run would end after step 6, and has made 7 steps. Set training.epochs to at least 3,',
    );
    expect(notices({ steps: 6 }, { step: 6 })).toEqual([]);
  });

  it('changes the learning rate of a schedule that ends with the run, which a notice says', () => {
    // (1 + cos(7 pi / 12)) / 4 = 0.185
    expect(notices({ schedule: cosine, optimizer })).toEqual([
      'the cosine schedule now ends at step 12, not 6: the learning rate of step 7 is 0.185, not 0. ' +
        'To reach the minimum at step 6 and stay there, set training.schedule.decaySteps=6; ' +
        'to repeat the decay from there, also set training.schedule.afterDecay=restart',
    ]);
    const [linear] = notices({ schedule: { type: 'linear' }, optimizer });
    expect(linear).toMatch(/^the linear schedule now ends at step 12, not 6: .* set training\.schedule\.decaySteps=6$/);
    const [cycle] = notices({ schedule: { type: 'one-cycle' }, optimizer });
    expect(cycle).toMatch(/^the one-cycle schedule now ends at step 12, not 6: the learning rate of step 7 is \S+, not \S+$/);
    const epochs = notices(
      { schedule: cosine, optimizer, steps: undefined, epochs: 4 },
      { before: { steps: undefined, epochs: 2 } },
    );
    expect(epochs[0]).toContain('the cosine schedule now ends at step 12, not 6:');
  });

  it.each<[string, object, Parameters<typeof notices>[1]]>([
    ['the schedule does not depend on it', { schedule: { type: 'constant' } }, {}],
    ['the schedule has its own end', { schedule: { ...cosine, decaySteps: 6 } }, {}],
    ['the length is the same', { schedule: cosine, steps: 6 }, { step: 3 }],
    ['no step is left', { schedule: cosine }, { step: 12 }],
    ['the schedule is another one', { schedule: cosine }, { before: { schedule: { type: 'linear' } } }],
    ['the former length is not known', { schedule: cosine }, { before: { steps: undefined } }],
    ['the former length is not a number', { schedule: cosine }, { before: { steps: 'six' } }],
    ['the former length is 0', { schedule: cosine }, { before: { steps: 0 } }],
  ])('is not mentioned where %s', (_, training, run) => {
    expect(notices({ optimizer, ...training }, run)).toEqual([]);
  });

  it('is not compared with a config that is not one', () => {
    const config = configOf({ schedule: cosine });
    const state = { step: 6, epoch: 2 };
    for (const before of [null, [], { training: 3 }])
      expect(checkRunLength({ config, before, state, steps: 12, stepsPerEpoch: 3 })).toEqual([]);
  });
});

describe('the engine of a run that goes on', () => {
  const threads = 2;
  const auto = { type: 'auto', threads } as Parameters<typeof engineOfRun>[2];

  it('is the one in its checkpoint', () => {
    expect(engineOfRun('x', { engine: { type: 'typed-array', shards: 4 } }, auto)).toEqual({
      type: 'typed-array',
      shards: 4,
      threads,
    });
    const onnx = { type: 'onnxruntime', provider: 'cpu' };
    expect(engineOfRun('x', { engine: onnx }, auto)).toEqual({ ...onnx, threads });
  });

  it.each([
    null,
    {},
    { engine: 3 },
    { engine: { type: 'auto' } },
    { engine: { type: 'auto', shards: 4, provider: 'cpu' } },
    { engine: { type: 'typed-array', shards: 'two' } },
    { engine: { type: 'onnxruntime', provider: 'toString' } },
  ])('is not known from %j', (before) => {
    const { kind, message } = userErrorOf(() => engineOfRun('x.safetensors', before, auto));
    expect([kind, message]).toEqual([
      'model',
      'x.safetensors does not contain the engine of its run: choose one with --engine',
    ]);
  });
});
