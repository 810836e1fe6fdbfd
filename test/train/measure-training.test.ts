/** The speed of a run, measured with a clock on which a step takes as long as a test says. */
import { describe, expect, it } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { modelOptions } from '../../src/model/specification.js';
import { createMeasurement } from '../../src/train/measure-training.js';
import { loadTrainingData, type TrainingData } from '../../src/train/training-data.js';
import { freshState } from '../../src/train/training-state.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { type Settings, smallConfig } from './run-fixture.js';

interface Course {
  /** Seconds of a step, by its number from 1. */
  secondsOf?: (step: number) => number;
  /** Steps that the run has made already. */
  from?: number;
  settings?: Settings;
  /** Changes the text of the run; `pass` lets time pass. */
  text?: (data: TrainingData, pass: (seconds: number) => void) => TrainingData;
}

async function measured({ secondsOf = () => 1, from = 0, settings = { epochs: 50 }, text = (data) => data }: Course) {
  const config = smallConfig(temporaryFolder(), settings, { layers: 1, hiddenSize: 4 });
  let time = 100;
  const now = () => time;
  const pass = (seconds: number) => {
    time += seconds;
  };
  const data = text(await loadTrainingData(config), pass);
  const model = modelOptions(config.model, data.tokenizer.vocabulary.size);
  const engine = createTypedArrayEngine({ shards: 4, threads: 1 });
  const state = { ...freshState(data.digest), step: from };
  const { trainer, measure } = createMeasurement({ config, engine, model, data, state, now });
  const { differentiate } = trainer.session;
  Object.assign(trainer.session, {
    differentiate(...place: Parameters<typeof differentiate>) {
      time += secondsOf(place[1]);
      return differentiate(...place);
    },
  });
  const result = await measure();
  engine.close();
  return { result, made: state.step - from, trainer, data };
}

describe('the speed of a run', () => {
  it('is measured over more than 22 steps and 0.3 seconds where steps are short', async () => {
    expect((await measured({ secondsOf: () => 1 / 64 })).made).toBe(23);
    const { made, result } = await measured({ secondsOf: () => 1 / 128 });
    expect([made, result.secondsPerStep]).toEqual([Math.ceil(0.3 * 128), 1 / 128]);
  });

  it('is measured over three seconds after two steps of warm-up where steps are long', async () => {
    const { made, result } = await measured({ secondsOf: (step) => (step <= 2 ? 1 : 2) });
    // The lower median of all four steps would be 1.
    expect([made, result.secondsPerStep]).toEqual([4, 2]);
  });

  it('is the median of the last twenty steps', async () => {
    // Of 25 steps the first 14 are slow: of the last twenty 9, of all but the warm-up 12 of 23.
    const { made, result } = await measured({ secondsOf: (step) => (step <= 14 ? 1 / 64 : 1 / 128) });
    expect([made, result.secondsPerStep]).toEqual([25, 1 / 128]);
  });

  it.each([1, 2])('is that of the last step where there are no more than %d', async (steps) => {
    const { made, result } = await measured({ secondsOf: (step) => 5 - step, settings: { steps } });
    expect([made, result.secondsPerStep]).toEqual([steps, 5 - steps]);
  });

  it('gives the tokens per second, and the time and the tokens that are left', async () => {
    const { result, trainer, data } = await measured({ from: 20 });
    const { secondsPerStep, tokensPerSecond, tokensPerEpoch, tokensLeft, seconds, validation } = result;
    expect([secondsPerStep, tokensPerEpoch]).toEqual([1, data.train.length - 1]);
    expect(tokensPerSecond).toBe(tokensPerEpoch / trainer.stepsPerEpoch);
    expect(tokensLeft).toBe(Math.round((trainer.steps - 20) * tokensPerSecond!));
    // Time stands still in validations.
    expect(validation!.seconds).toBe(0);
    expect(seconds).toBe(trainer.steps - 20);
  });

  it('is not measured where no step is left', async () => {
    const settings = { steps: 7 };
    const { result, made, data } = await measured({ from: 7, settings });
    expect([made, result]).toEqual([0, { seconds: 0, tokensPerEpoch: data.train.length - 1, tokensLeft: 0 }]);
  });
});

describe('the validations of a run', () => {
  const timesOf = async (settings: Settings, from = 0) => {
    const { result, trainer } = await measured({ settings, from });
    return { times: result.validation!.times, epoch: trainer.stepsPerEpoch };
  };

  it('are at each multiple of their interval and after the last step', async () => {
    const steps = (count: number, everySteps: number) => ({ steps: count, validation: { everySteps } });
    expect((await timesOf(steps(20, 7))).times).toBe(3);
    expect((await timesOf(steps(21, 7))).times).toBe(3);
    expect((await timesOf(steps(22, 7))).times).toBe(4);
    expect((await timesOf(steps(22, 7), 7)).times).toBe(3);
    expect((await timesOf(steps(22, 7), 6)).times).toBe(4);
    expect((await timesOf({ epochs: 5, validation: { everyEpochs: 2 } })).times).toBe(3);
  });

  it('take as long as the beginning of the text, in proportion to its predictions', async () => {
    const length = 2000;
    let read = 0;
    const text = (data: TrainingData, pass: (seconds: number) => void): TrainingData => {
      const tokens = data.train as Int32Array;
      const source = {
        length,
        read(start: number, target: Int32Array, count: number) {
          target.set(tokens.subarray(start, start + count));
          read = Math.max(read, start + count);
          pass(count / 1000);
        },
      };
      return { ...data, validation: source };
    };
    const { result } = await measured({ text });
    // 4 windows of 8 rows and 10 steps.
    expect(read).toBe(4 * 8 * 10 + 1);
    // In each window a row reads one token more than it predicts.
    expect(result.validation!.seconds).toBeCloseTo(((11 / 10) * (length - 1)) / 1000, 6);
  });
});
