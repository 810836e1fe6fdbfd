import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import type { Config } from '../../src/config/types.js';
import { encodeModelFile } from '../../src/run/model-content.js';
import { readModelFile } from '../../src/run/model-file.js';
import type { TrainingEvent } from '../../src/train/events.js';
import { trainOnText } from '../../src/train/text-training.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { smallConfig, smallText, train } from './run-fixture.js';

const now = () => 0;

/** The config of a run in a folder, with a text as its corpus. */
function configFor(folder: string, text: string, changes: Record<string, unknown> = {}) {
  const path = join(folder, 'corpus.txt');
  const { corpus, ...rest } = smallConfig(folder, { steps: 100, validation: { everySteps: 25 } }) as unknown as Config;
  const config = resolveConfig({ ...rest, ...changes, corpus: { ...(corpus as object), ...(changes.corpus as object) } });
  writeFileSync(path, text);
  return config;
}

describe('training on a text in memory', () => {
  it.each([
    ['one stream and shard', smallText(2500), { engine: { shards: 1 } }],
    [
      'several shards, an average, words',
      smallText(2500),
      { tokenizer: { type: 'word' }, training: { steps: 100, batchSize: 8, sequenceLength: 10, averaging: { type: 'ema' } } },
    ],
    [
      'byte order mark, line ends of Windows',
      `\ufeff${smallText(2500).replaceAll('\n', '\r\n')}`,
      { corpus: { normalization: { newlines: 'lf' } } },
    ],
    [
      'documents that reset the state',
      smallText(2500),
      { corpus: { documents: 'lines', boundary: 'document', resetState: true } },
    ],
    [
      'paragraphs in random order, each once',
      `${smallText(1500)}\n\n${smallText(2500)}`.replaceAll('. ', '.\n\n'),
      { corpus: { order: 'shuffled', duplicates: 'drop' } },
    ],
    ['measured steps', smallText(2500), { training: { steps: 100, diagnostics: { everySteps: 10 } } }],
  ])('gives the model file of the command, bit for bit: %s', async (_, text, changes) => {
    const folder = temporaryFolder();
    const config = configFor(folder, text, changes);
    const directory = join(folder, 'run');
    const written = await train(config, directory);
    const events: TrainingEvent[] = [];
    const { end, model } = await trainOnText({ config, text, now, onEvent: (event) => void events.push(event) });
    expect(end.step).toBe(100);
    const { config: ofFile, ...file } = readModelFile(join(directory, 'model.safetensors'));
    const { config: own, ...content } = model;
    expect({ ...content, training: content.training }).toEqual({ ...file });
    // The path of a corpus in a model file is relative to the folder of the command.
    expect(JSON.stringify(own).replaceAll(join(folder, 'corpus.txt'), '')).toHaveLength(
      JSON.stringify(ofFile).replaceAll(/"path":"[^"]*"/g, '"path":""').length,
    );
    const steps = (all: readonly TrainingEvent[]) => all.filter(({ type }) => type === 'step' || type === 'validation');
    expect(steps(events)).toEqual(steps(written));
    expect(events.map(({ type }) => type)).not.toContain('checkpoint');
  });

  it('gives the bytes of a model file that commands open', async () => {
    const folder = temporaryFolder();
    const config = configFor(folder, smallText(2500));
    const { model } = await trainOnText({ config, text: smallText(2500), now });
    const path = join(folder, 'model.safetensors');
    writeFileSync(path, encodeModelFile(model));
    expect(readModelFile(path)).toEqual(model);
    expect(readFileSync(path)).toHaveLength(encodeModelFile(model).length);
  });

  it('stops between steps when this is requested, with the last model', async () => {
    const config = configFor(temporaryFolder(), smallText(2500));
    let step = 0;
    const { end, model } = await trainOnText({
      config,
      text: smallText(2500),
      now,
      onEvent: (event) => {
        if (event.type === 'step') step = event.step;
      },
      stopRequested: () => step === 3,
    });
    expect(end).toMatchObject({ reason: 'interrupted', step: 3 });
    expect(model.training).toMatchObject({ step: 3 });
  });

  it.each([
    [{ corpus: { path: undefined, train: 'a.txt' } }, 'corpus.train: not possible'],
    [{ corpus: { field: 'text' } }, 'corpus.field: not possible'],
    [{ tokenizer: { type: 'bpe', file: 'tokenizer.json' } }, 'tokenizer.file: not possible'],
    [{ training: { from: { path: 'model.safetensors' } } }, 'training.from: not possible'],
    [{ training: { budget: '10s', tensorboard: true } }, 'training.budget, training.tensorboard: not possible'],
    [{ engine: 'auto' }, 'engine.type is auto'],
  ])('refuses what needs files, another engine or a clock: %j', async (changes, message) => {
    const { corpus, ...rest } = changes as { corpus?: object };
    const config = resolveConfig({ corpus: { path: 'text.txt', ...corpus }, ...rest });
    await expect(trainOnText({ config, text: smallText(2500), now })).rejects.toThrow(message);
  });

  it('refuses a text that is too short', async () => {
    const config = configFor(temporaryFolder(), 'x');
    await expect(trainOnText({ config, text: 'ab', now })).rejects.toMatchObject({ kind: 'data' });
  });
});
