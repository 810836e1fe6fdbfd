import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveConfig } from '../../src/config/resolve.js';
import type { Config, ResolvedConfig } from '../../src/config/types.js';
import { readCheckpoint } from '../../src/run/checkpoint.js';
import { listCheckpoints, runLayout } from '../../src/run/run-directory.js';
import type { TrainingEvent } from '../../src/train/events.js';
import { runTraining, type TrainingRun } from '../../src/train/run-training.js';

/** A text with some structure, of about the given length. */
export function smallText(length: number): string {
  const words = ['the', 'cat', 'sat', 'on', 'a', 'mat', 'and', 'saw', 'one', 'dog'];
  let text = '';
  for (let i = 0; text.length < length; i++) text += `${words[(i * i + 3 * i) % words.length]}${i % 7 === 6 ? '.\n' : ' '}`;
  return text;
}

export type Settings = Partial<Config['training']> & Record<string, unknown>;

/** A small run: two layers, dropout, four shards, two epochs of about a dozen steps each, unless the settings give its length. */
export function smallConfig(folder: string, training: Settings = {}, model: Record<string, unknown> = {}): ResolvedConfig {
  const path = join(folder, 'corpus.txt');
  writeFileSync(path, smallText(2500));
  return resolveConfig({
    corpus: { path, split: { train: 0.8, validation: 0.1, test: 0.1 } },
    model: { cell: { type: 'lstm' }, layers: 2, hiddenSize: 12, dropout: 0.2, ...model },
    training: {
      ...(!('steps' in training || 'budget' in training) && { epochs: 2 }),
      batchSize: 8,
      sequenceLength: 10,
      optimizer: { type: 'adam', learningRate: 0.01 },
      validation: { everySteps: 7 },
      checkpoints: { everySteps: 5, keep: 2 },
      ...training,
    },
    engine: { shards: 'microbatches' in training ? 2 : 4 },
  });
}

/** Trains to the end (or until told to stop) and collects the events. */
export async function train(
  config: ResolvedConfig,
  directory: string,
  options: Partial<TrainingRun> = {},
): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  const now = () => performance.now() / 1000;
  const onEvent = (event: TrainingEvent) => void events.push(event);
  const wallTime = () => 1_700_000_000 + now();
  await runTraining({ config, directory, start: 'new', threads: 1, now, wallTime, onEvent, ...options });
  return events;
}

/** Everything that a run has written and that must be the same bits: last checkpoint, best model, metrics. */
export function resultOf(directory: string): Record<'checkpoint' | 'model' | 'metrics', Buffer> {
  const layout = runLayout(directory);
  const [latest] = listCheckpoints(layout.checkpoints);
  return { checkpoint: readFileSync(latest!.path), model: readFileSync(layout.model), metrics: readFileSync(layout.metrics) };
}

/** The tensors of the last checkpoint that a run has written: parameters, moments of the optimizer, hidden states. */
export function writtenTensors(directory: string) {
  const [latest] = listCheckpoints(runLayout(directory).checkpoints);
  const { parameters, optimizer, state } = readCheckpoint(latest!.path);
  return { step: latest!.step, parameters, optimizer, state };
}
