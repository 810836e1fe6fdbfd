import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ResolvedConfig } from '../../src/config/types.js';
import { readModel } from '../../src/run/open-model.js';
import { listCheckpoints, runLayout } from '../../src/run/run-directory.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import {
  eventFilesIn,
  eventsIn,
  hyperparametersIn,
  type ReadEvent,
  rowsOf,
  scalarsOf,
  shownEvents,
  textIn,
  valuesByTag,
} from '../report/tensorboard/read-event-files.js';
import { resultOf, type Settings, smallConfig, train } from './run-fixture.js';

const tensorboard = true;
const samples = { everySteps: 10, prompts: ['the a', ''], length: 8 };

interface Line {
  readonly type: string;
  readonly step: number;
  readonly [key: string]: unknown;
}
const linesOf = (directory: string) =>
  readFileSync(runLayout(directory).metrics, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
const eventsOf = (directory: string) => shownEvents(runLayout(directory).tensorboard);

/** A key of the lines of one type, by step, in float32. */
const curve = (lines: readonly Line[], type: string, key: string) =>
  lines.filter((line) => line.type === type && key in line).map((line) => [line.step, Math.fround(line[key] as number)]);

/** What TensorBoard shows, without the times. */
const contentOf = (events: readonly ReadEvent[]) =>
  Object.fromEntries(
    [...valuesByTag(events)]
      .filter(([tag]) => !tag.startsWith('_hparams_'))
      .map(([tag, list]) => [tag, list.map(({ step, value }) => [step, value.simpleValue ?? value.tensor])]),
  );

async function trained(settings: Settings = {}, model: Record<string, unknown> = {}) {
  const folder = temporaryFolder();
  const config = smallConfig(folder, { tensorboard, ...settings }, model);
  const directory = join(folder, 'run');
  const events = await train(config, directory);
  return { config, directory, trained: events, events: eventsOf(directory), lines: linesOf(directory) };
}

describe('event files of a training run', () => {
  it('change no bit of model, checkpoints and metrics', async () => {
    const folder = temporaryFolder();
    const [without, with_] = [join(folder, 'without'), join(folder, 'with')];
    await train(smallConfig(folder), without);
    await train(smallConfig(folder, { tensorboard }), with_);
    expect(resultOf(with_)).toEqual(resultOf(without));
    expect(existsSync(runLayout(without).tensorboard)).toBe(false);
    expect(readdirSync(runLayout(with_).tensorboard)).toHaveLength(1);
  });

  it('have the scalars of metrics.jsonl', async () => {
    const { events, lines, trained: told } = await trained({ objective: { activation: 0.1 } });
    for (const [tag, type, key] of [
      ['loss/train', 'step', 'loss'],
      ['learning_rate', 'step', 'learningRate'],
      ['gradient_norm', 'step', 'gradientNorm'],
      ['objective/activation', 'step', 'objective.activation'],
      ['loss/epoch', 'epoch', 'loss'],
      ['loss/validation', 'validation', 'loss'],
    ] as const) {
      const expected = curve(lines, type, key);
      expect(expected.length).toBeGreaterThan(1);
      expect([tag, scalarsOf(events, tag)]).toEqual([tag, expected]);
    }
    const validations = lines
      .filter(({ type }) => type === 'validation')
      .map(({ step, loss }) => [step, loss as number] as const);
    expect(scalarsOf(events, 'perplexity/validation')).toEqual(
      validations.map(([step, loss]) => [step, Math.fround(Math.exp(loss))]),
    );
    expect(scalarsOf(events, 'loss/validation_best')).toEqual(
      validations.map(([step], i) => [step, Math.fround(Math.min(...validations.slice(0, i + 1).map(([, loss]) => loss)))]),
    );
    const end = told.findLast((event) => event.type === 'end')!;
    expect(scalarsOf(events, 'loss/test')).toEqual([[end.step, Math.fround(end.testLoss!)]]);
  });

  it('have what training.diagnostics measures', async () => {
    const { events, lines } = await trained({ diagnostics: { everySteps: 4 } });
    for (const [tag, key] of [
      ['clipped_share', 'clippedShare'],
      ['gradient_square', 'gradientSquare'],
      ['gradient_variance', 'gradientVariance'],
      ['noise_scale', 'noiseScale'],
      ['gradient_norm/rnn.bias_ih_l0', 'gradient.rnn.bias_ih_l0'],
      ['update_ratio/rnn.weight_hh_l1', 'update.rnn.weight_hh_l1'],
      ['below_epsilon/encoder.weight', 'belowEpsilon.encoder.weight'],
    ] as const) {
      const expected = curve(
        lines.filter((line) => key in line),
        'diagnostics',
        key,
      );
      expect(expected.length, tag).toBeGreaterThan(0);
      expect([tag, scalarsOf(events, tag)]).toEqual([tag, expected]);
    }
  });

  it('have the losses of both directions', async () => {
    const { events, lines } = await trained({}, { bidirectional: true });
    for (const direction of ['forward', 'backward']) {
      const steps = curve(lines, 'step', `loss.${direction}`);
      expect(steps.length).toBeGreaterThan(1);
      expect(scalarsOf(events, `loss/train/${direction}`)).toEqual(steps);
      expect(scalarsOf(events, `loss/validation/${direction}`)).toEqual(curve(lines, 'validation', `loss.${direction}`));
    }
  });

  it('are in the order of steps and times, each tag with one value a step', async () => {
    const { events } = await trained({ samples });
    const steps = events.filter(({ summary }) => summary !== undefined).map(({ step = 0 }) => step);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    const times = events.map(({ wallTime }) => wallTime);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    for (const [tag, list] of valuesByTag(events)) {
      const own = list.map(({ step }) => step);
      expect([tag, new Set(own).size]).toEqual([tag, own.length]);
    }
  });

  it('have a histogram of all values of each parameter after each validation and the last step', async () => {
    const { directory, events, lines } = await trained({ averaging: { type: 'ema' } });
    const steps = lines.filter(({ type }) => type === 'validation').map(({ step }) => step);
    const { table, parameters } = readModel(listCheckpoints(runLayout(directory).checkpoints)[0]!.path);
    const values = valuesByTag(events);
    for (const { name, length } of table.entries) {
      const histograms = values.get(`parameters/${name}`)!;
      expect(histograms.map(({ step }) => step)).toEqual(steps);
      for (const { value } of histograms) expect(rowsOf(value).reduce((sum, [, , count]) => sum + count!, 0)).toBe(length);
      // The last checkpoint contains what was measured last: with averaging, the average.
      const [last] = [rowsOf(histograms.at(-1)!.value)];
      const saved = parameters.get(name)!;
      expect([last![0]![0], last!.at(-1)![1]]).toEqual([
        saved.reduce((a, b) => Math.min(a, b)),
        saved.reduce((a, b) => Math.max(a, b)),
      ]);
    }
    expect([...values.keys()].filter((tag) => tag.startsWith('parameters/'))).toHaveLength(table.entries.length);
  });

  it('have histograms at the end of a run without validation, and none of parameters of the objective', async () => {
    const folder = temporaryFolder();
    const { validation: _, ...training } = smallConfig(folder, {
      tensorboard,
      steps: 4,
      objective: { multiTokenPrediction: { weight: 0.5, tokens: 2 } },
    }).training;
    const config = smallConfig(folder);
    const { path, ...corpus } = config.corpus as Extract<ResolvedConfig['corpus'], { path: unknown }>;
    const split = { train: 1, validation: 0, test: 0 };
    const directory = join(folder, 'run');
    await train({ ...config, corpus: { ...corpus, path, split }, training }, directory);
    const histograms = [...valuesByTag(eventsOf(directory))].filter(([tag]) => tag.startsWith('parameters/'));
    expect(histograms.map(([tag]) => tag.slice('parameters/'.length))).toEqual(
      readModel(directory).table.entries.map(({ name }) => name),
    );
    expect(histograms.flatMap(([, list]) => list.map(({ step }) => step))).toEqual(histograms.map(() => 4));
  });

  it('have the samples, where the config asks for some', async () => {
    const { directory, events } = await trained({ samples });
    const written = readFileSync(runLayout(directory).samples, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const shown = [1, 2].flatMap((i) =>
      valuesByTag(events)
        .get(`samples/${i}`)!
        .map(({ step, value }) => [step, textIn(value)]),
    );
    expect(shown).toHaveLength(written.length);
    for (const { step, prompt, text } of written) {
      const markdown =
        prompt === '' ? `\`\`\`\n${text}\n\`\`\`` : `Prompt:\n\n\`\`\`\n${prompt}\n\`\`\`\n\nText:\n\n\`\`\`\n${text}\n\`\`\``;
      expect(shown).toContainEqual([step, markdown]);
    }
  });

  it('have the keys of the config, and say that a complete run is', async () => {
    const { events } = await trained();
    const values = valuesByTag(events);
    const { hparams } = hyperparametersIn(values.get('_hparams_/session_start_info')![0]!.value).sessionStartInfo!;
    expect(hparams).toMatchObject({
      'model.layers.0.type': { stringValue: 'lstm' },
      'model.layers.1.size': { numberValue: 12 },
      'training.optimizer.learningRate': { numberValue: 0.01 },
      'corpus.resetState': { boolValue: false },
      'corpus.path': { stringValue: 'corpus.txt' },
    });
    const [end, ...more] = values.get('_hparams_/session_end_info')!;
    expect([hyperparametersIn(end!.value).sessionEndInfo!.status, more]).toEqual([1, []]);
  });

  it('of a run that was killed and resumed show what those of an uninterrupted run show', async () => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, { tensorboard, samples });
    const [whole, pieces] = [join(folder, 'whole'), join(folder, 'pieces')];
    await train(config, whole);
    for (const killAt of [8, 13, 19]) {
      // Like a kill: no checkpoint follows, and the events since the last one are orphans.
      const onEvent = ({ type, ...event }: { type: string; step?: number }) => {
        if (type === 'step' && event.step === killAt) throw new Error('killed');
      };
      const start = killAt === 8 ? 'new' : 'resume';
      await expect(train(config, pieces, { start, onEvent })).rejects.toThrow('killed');
    }
    await train(config, pieces, { start: 'resume' });
    const files = eventFilesIn(runLayout(pieces).tensorboard);
    expect(files).toHaveLength(4);
    expect(files.map((file) => eventsIn(readFileSync(file))[1]!.step)).toEqual([1, 6, 11, 16]);
    expect(resultOf(pieces)).toEqual(resultOf(whole));
    expect(contentOf(eventsOf(pieces))).toEqual(contentOf(eventsOf(whole)));
  });

  it('of an interrupted run do not say that it is complete', async () => {
    const folder = temporaryFolder();
    const directory = join(folder, 'run');
    let left = 4;
    await train(smallConfig(folder, { tensorboard }), directory, { stopRequested: () => left-- === 0 });
    expect(valuesByTag(eventsOf(directory)).has('_hparams_/session_end_info')).toBe(false);
  });

  it('begin with the resumed step where an earlier session wrote none', async () => {
    const folder = temporaryFolder();
    const directory = join(folder, 'run');
    let left = 12;
    await train(smallConfig(folder), directory, { stopRequested: () => left-- === 0 });
    await train(smallConfig(folder, { tensorboard }), directory, { start: 'resume' });
    const lines = linesOf(directory).filter(({ step }) => step > 12);
    expect(scalarsOf(eventsOf(directory), 'loss/train')).toEqual(curve(lines, 'step', 'loss'));
    const best = Math.min(...linesOf(directory).flatMap(({ type, loss }) => (type === 'validation' ? [loss as number] : [])));
    expect(scalarsOf(eventsOf(directory), 'loss/validation_best').at(-1)![1]).toBe(Math.fround(best));
  });

  it('of an earlier run are removed by --overwrite, with and without the key', async () => {
    const folder = temporaryFolder();
    const directory = join(folder, 'run');
    const { tensorboard: logs } = runLayout(directory);
    await train(smallConfig(folder, { tensorboard, steps: 2 }), directory);
    const [first] = eventFilesIn(logs);
    await train(smallConfig(folder, { tensorboard, steps: 3 }), directory, { start: 'overwrite' });
    expect(eventFilesIn(logs)).toHaveLength(1);
    expect(existsSync(first!) && scalarsOf(eventsOf(directory), 'loss/train').at(-1)![0] !== 3).toBe(false);
    await train(smallConfig(folder, { steps: 2 }), directory, { start: 'overwrite' });
    expect(existsSync(logs)).toBe(false);
  });
});
