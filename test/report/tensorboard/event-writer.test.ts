import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../src/config/resolve.js';
import { beginEventFile } from '../../../src/report/tensorboard/event-writer.js';
import { hyperparametersOf } from '../../../src/report/tensorboard/hyperparameters.js';
import { metricValues, parameterValues, sampleValues } from '../../../src/report/tensorboard/run-values.js';
import type { SummaryValue } from '../../../src/report/tensorboard/summary.js';
import { eventsIn, hyperparametersIn, rowsOf, scalarsOf, textIn, valuesByTag } from './read-event-files.js';

/** The events of a session that begins after step 7, with these values at step 9. */
function written(values: readonly SummaryValue[], hyperparameters = new Map<string, string | number | boolean>()) {
  const records: Uint8Array[] = [];
  const append = (record: Uint8Array) => void records.push(record);
  const writer = beginEventFile({ append, wallTime: (step) => 1000.5 + step, after: 7, hyperparameters });
  writer.write({ step: 9, values });
  writer.end(9);
  return eventsIn(Buffer.concat(records));
}

describe('an event file', () => {
  it('begins with its version, a session start for the next step, and the hyperparameters', () => {
    const [version, start, hyperparameters] = written(
      [],
      new Map<string, string | number | boolean>([
        ['a.b', 2.5],
        ['c', false],
        ['d', 'x'],
      ]),
    );
    expect(version).toEqual({ wallTime: 1007.5, fileVersion: 'brain.Event:2' });
    expect(start).toEqual({ wallTime: 1007.5, step: 8, sessionLog: { status: 'START' } });
    const [value] = hyperparameters!.summary!.value;
    expect([hyperparameters!.step, value!.tag]).toEqual([7, '_hparams_/session_start_info']);
    expect(hyperparametersIn(value!).sessionStartInfo).toEqual({
      hparams: { 'a.b': { numberValue: 2.5 }, c: { boolValue: false }, d: { stringValue: 'x' } },
      startTimeSecs: 1007.5,
    });
  });

  it('ends with the status of success', () => {
    const last = written([]).at(-1)!;
    expect([last.step, last.summary!.value[0]!.tag]).toEqual([9, '_hparams_/session_end_info']);
    expect(hyperparametersIn(last.summary!.value[0]!).sessionEndInfo).toEqual({ status: 1, endTimeSecs: 1009.5 });
  });

  it('has no event for a step without values', () => {
    expect(written([])).toHaveLength(4);
  });

  it('has numbers in float32, also infinite ones', () => {
    const events = written([
      { plugin: 'scalars', tag: 'a', value: 0.1 },
      { plugin: 'scalars', tag: 'b', value: 1e300 },
    ]);
    expect(scalarsOf(events, 'a')).toEqual([[9, Math.fround(0.1)]]);
    expect(scalarsOf(events, 'b')).toEqual([[9, Number.POSITIVE_INFINITY]]);
  });

  it('has a histogram of each parameter and the number of values that are not finite', () => {
    const parameters = Object.entries({
      'a.w': Float32Array.of(1, 1),
      b: Float32Array.of(Number.NaN, Number.NEGATIVE_INFINITY),
    });
    const events = written(parameterValues(parameters));
    const values = valuesByTag(events);
    expect(rowsOf(values.get('parameters/a.w')![0]!.value)).toEqual([[1, 1, 2]]);
    expect(rowsOf(values.get('parameters/b')![0]!.value)).toEqual([]);
    expect(scalarsOf(events, 'not_finite/b')).toEqual([[9, 2]]);
    expect(values.has('not_finite/a.w')).toBe(false);
  });

  it('has texts as blocks of code that no text can leave', () => {
    const hostile = 'a\n```\n<script>\n````';
    const events = written(
      sampleValues([
        { prompt: '', text: hostile },
        { prompt: 'Ä', text: 'b' },
        { prompt: 'c', failure: 'NaN' },
      ]),
    );
    const texts = [1, 2, 3].map((i) => textIn(valuesByTag(events).get(`samples/${i}`)![0]!.value));
    expect(texts).toEqual([
      `\`\`\`\`\`\n${hostile}\n\`\`\`\`\``,
      'Prompt:\n\n```\nÄ\n```\n\nText:\n\n```\nb\n```',
      'Prompt:\n\n```\nc\n```\n\nText:\n\n```\nno text: NaN\n```',
    ]);
  });
});

describe('the scalars of a line of metrics.jsonl', () => {
  const valuesOf = (lines: readonly Record<string, unknown>[], best?: number) => {
    const read = metricValues(best);
    return lines.map((line) => {
      const { step, values } = read(line as never);
      return [step, Object.fromEntries(values.map((value) => (value.plugin === 'scalars' ? [value.tag, value.value] : [])))];
    });
  };

  it('are its losses, rates, terms and directions', () => {
    const step = { type: 'step', step: 10, epoch: 1, loss: 2, learningRate: 0.1, gradientNorm: 3, tokens: 5 };
    const lines = [
      { ...step, 'objective.l2': 0.5, 'loss.forward': 1, 'loss.backward': 3 },
      { type: 'validation', step: 10, epoch: 1, loss: 2, tokens: 5, averaged: true, 'loss.forward': 1.5 },
      { type: 'learning-rate', step: 10, learningRate: 0.05 },
      { type: 'averaging', step: 10 },
      { type: 'epoch', step: 10, epoch: 1, loss: 2.5 },
    ];
    expect(valuesOf(lines)).toEqual([
      [
        10,
        {
          'loss/train': 2,
          learning_rate: 0.1,
          gradient_norm: 3,
          'loss/train/forward': 1,
          'loss/train/backward': 3,
          'objective/l2': 0.5,
        },
      ],
      [
        10,
        {
          'loss/validation': 2,
          'loss/validation_best': 2,
          'perplexity/validation': Math.exp(2),
          'loss/validation/forward': 1.5,
        },
      ],
      [10, {}],
      [10, {}],
      [10, { 'loss/epoch': 2.5 }],
    ]);
  });

  it('include the lowest validation loss so far, also that of an earlier session', () => {
    const losses = (best?: number) =>
      valuesOf(
        [3, 2, 4].map((loss, step) => ({ type: 'validation', step, loss })),
        best,
      ).map(([, values]) => (values as Record<string, number>)['loss/validation_best']);
    expect(losses()).toEqual([3, 2, 2]);
    expect(losses(2.5)).toEqual([2.5, 2, 2]);
  });
});

describe('the hyperparameters of a config', () => {
  it('are its keys without those that do not affect the model, and paths without their folders', () => {
    const config = resolveConfig({
      name: 'secret',
      output: '/home/me/run',
      corpus: { path: ['/home/me/a.txt', '/home/me/b.txt'] },
      model: {
        layers: [
          { type: 'lstm', size: 8 },
          { type: 'gru', size: 4 },
        ],
      },
      training: { steps: 5, tensorboard: true, samples: { everySteps: 1 }, freeze: ['embedding', 'head'] },
    });
    const values = hyperparametersOf(config);
    expect(values.get('corpus.path')).toBe('a.txt, b.txt');
    expect(values.get('model.layers.1.type')).toBe('gru');
    expect(values.get('model.layers.0.size')).toBe(8);
    expect(values.get('training.freeze')).toBe('embedding, head');
    expect(values.get('corpus.resetState')).toBe(false);
    const left = [...values.keys()].filter((key) => /^(name|output|corpus\.cache|training\.(samples|tensorboard))/.test(key));
    expect(left).toEqual([]);
    expect([...values.values()].filter((value) => String(value).includes('/'))).toEqual([]);
  });
});
