import { availableParallelism } from 'node:os';
import { resolveConfigWithModel } from '../config/model-sections.js';
import type { Config, ResolvedConfig } from '../config/types.js';
import { checkKind, checkNumber, checkOneOf, checkOptionalKind, checkSignal, threadRange } from '../foundation/arguments.js';
import { UserError } from '../foundation/errors.js';
import { modelSections } from '../run/model-sections.js';
import type { EndEvent } from '../train/events.js';
import { runTraining, type TrainingRun } from '../train/run-training.js';

/** What to train; only the config is required. */
export interface TrainingOptions extends Partial<Omit<TrainingRun, 'config' | 'team'>> {
  /** A config from `loadConfig`, or one as a user writes it. Its paths are relative to the current directory. */
  readonly config: Config | ResolvedConfig;
}

/**
 * Trains a model: reads the corpus, trains, validates, and writes the best model and checkpoints to the run directory. By default this is
 * the config's `output`, which must not contain a run. The number of threads is that of the config; `auto` means the number of cores.
 *
 * @throws UserError of any kind; the run directory then contains the results so far
 */
export async function train(options: TrainingOptions): Promise<EndEvent> {
  checkKind('the options', options, 'object');
  checkKind('config', options.config, 'object');
  const config = resolveConfigWithModel(options.config, modelSections);
  const { directory = config.output, start = 'new', onEvent = () => {}, onNotice, stopRequested, signal } = options;
  const { now = () => performance.now() / 1000, wallTime = () => Date.now() / 1000 } = options;
  const { threads = config.engine.threads === 'auto' ? availableParallelism() : config.engine.threads } = options;
  checkKind('directory', directory, 'string');
  if (directory === '') throw new UserError('usage', 'directory is empty: the path of a folder is expected');
  checkOneOf('start', start, ['new', 'resume', 'overwrite']);
  checkNumber('threads', threads, threadRange);
  checkKind('now', now, 'function');
  checkKind('wallTime', wallTime, 'function');
  checkKind('onEvent', onEvent, 'function');
  checkOptionalKind('onNotice', onNotice, 'function');
  checkOptionalKind('stopRequested', stopRequested, 'function');
  checkSignal(signal);
  return runTraining({
    config,
    directory,
    start,
    threads,
    now,
    wallTime,
    onEvent,
    signal,
    ...(onNotice && { onNotice }),
    ...(stopRequested && { stopRequested }),
  });
}
