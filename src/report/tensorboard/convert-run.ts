import { statSync, unlinkSync } from 'node:fs';
import { loadConfig } from '../../config/load.js';
import type { ResolvedConfig } from '../../config/types.js';
import { attempt } from '../../files/file-system.js';
import { kindOf } from '../../files/regular-file.js';
import { UserError } from '../../foundation/errors.js';
import { memberOf } from '../../foundation/strict-json.js';
import { createEventFile } from '../../run/event-files.js';
import { readModel } from '../../run/open-model.js';
import { listCheckpoints, type RunLayout, runLayout } from '../../run/run-directory.js';
import { readSessions, type SessionEnd } from '../../run/sessions-log.js';
import { ascendingSteps, readRunLog, stepIn } from '../run-logs.js';
import { beginEventFile } from './event-writer.js';
import { hyperparametersOf } from './hyperparameters.js';
import {
  metricValues,
  type NamedParameters,
  parameterValues,
  type StepValues,
  sampleIn,
  sampleValues,
  testLossValue,
  type WrittenSample,
} from './run-values.js';
import type { SummaryValue } from './summary.js';

/** The event file of a run, and the number of values of each kind in it. */
export interface ConvertedRun {
  readonly run: string;
  /** The event file. */
  readonly path: string;
  readonly bytes: number;
  readonly scalars: number;
  readonly histograms: number;
  readonly texts: number;
}

/**
 * Reads everything that {@link convertRun} reads, and discards it.
 *
 * @throws UserError `usage` for an invalid config, with its line; `model` for a broken log, with its line, and for a broken model
 */
export function checkRun(run: string): void {
  const layout = runLayout(run);
  loadConfig(layout.config);
  for (const _ of valuesOfRun(layout));
}

/**
 * Writes what a run has logged as one event file of TensorBoard.
 *
 * The logs contain no times. Step 0 gets the time at which config.yaml was last written, that is, when the run began or was last resumed;
 * the last step gets that of metrics.jsonl, which is when its last line was written. The steps between them are spread evenly. If copying
 * has changed the order of the two times, the earlier one is the beginning.
 *
 * @param folder is created; must not contain event files
 * @throws UserError as {@link checkRun}, and `disk` when the file cannot be written; then there is none
 */
export function convertRun(run: string, folder: string): ConvertedRun {
  const layout = runLayout(run);
  const config = loadConfig(layout.config);
  const times = [layout.config, layout.metrics].map((path) => statSync(path).mtimeMs / 1000).sort((a, b) => a - b);
  const [begin = 0, end = 0] = times;
  const progress = progressOf(layout);
  const wallTime = (step: number) => begin + (end - begin) * Math.min(1, step / Math.max(1, progress.step));
  const counts = { scalars: 0, histograms: 0, text: 0, hparams: 0 };
  const file = createEventFile(folder, begin);
  try {
    const append = (record: Uint8Array) => file.append(record);
    const writer = beginEventFile({ append, wallTime, after: 0, hyperparameters: hyperparametersOf(config) });
    for (const values of valuesOfRun(layout)) {
      for (const { plugin } of values.values) counts[plugin]++;
      writer.write(values);
    }
    const end = endOf(layout, progress);
    if (end?.testLoss !== undefined) {
      counts.scalars++;
      writer.write({ step: end.step, values: [testLossValue(end.testLoss)] });
    }
    if (end !== undefined || isComplete(config, progress)) writer.end(progress.step);
    file.sync();
    file.close();
  } catch (error) {
    attempt(() => file.close());
    attempt(() => unlinkSync(file.path));
    throw error;
  }
  const { scalars, histograms, text } = counts;
  return { run, path: file.path, bytes: file.length, scalars, histograms, texts: text };
}

/** How far the log of a run reaches. */
interface Progress {
  readonly step: number;
  /** Complete epochs. */
  readonly epochs: number;
}

function progressOf({ metrics }: RunLayout): Progress {
  let progress = { step: 0, epochs: 0 };
  for (const line of readRunLog(metrics, (value) => value))
    progress = { step: stepIn(line), epochs: progress.epochs + (memberOf(line, 'type') === 'epoch' ? 1 : 0) };
  return progress;
}

/** The results of a run that is complete, and whose metrics reach its end; undefined otherwise, or where there is no log of sessions. */
function endOf({ sessions }: RunLayout, { step }: Progress): SessionEnd | undefined {
  const last = readSessions(sessions).at(-1);
  if (last?.type !== 'end' || last.step > step) return undefined;
  return last.reason === 'completed' || last.reason === 'early-stopping' ? last : undefined;
}

/** Whether the log reaches the end that the config sets, for runs without a log of sessions. */
function isComplete({ training: { steps, epochs } }: ResolvedConfig, progress: Progress): boolean {
  return steps !== undefined ? progress.step >= steps : epochs !== undefined && progress.epochs >= epochs;
}

/** All values of a run in the order of their steps: at each step its metrics, its samples, and histograms of its parameters. */
function* valuesOfRun(layout: RunLayout): Generator<StepValues> {
  const metrics = readRunLog(layout.metrics, ascendingSteps(metricValues()));
  const sources = [metrics, samplesOf(layout), histogramsOf(layout)];
  try {
    const heads = sources.map((source) => ({ source, next: source.next() }));
    for (;;) {
      const [first] = heads.filter(({ next }) => !next.done).toSorted((a, b) => a.next.value.step - b.next.value.step);
      if (first === undefined) return;
      yield first.next.value;
      first.next = first.source.next();
    }
  } finally {
    // Closes the files of those that are not at their end.
    for (const source of sources) source.return(undefined);
  }
}

function* samplesOf({ samples: path }: RunLayout): Generator<StepValues> {
  if (kindOf(path) === undefined) return;
  let step = 0;
  let samples: WrittenSample[] = [];
  const lines = readRunLog(
    path,
    ascendingSteps((line) => ({ step: stepIn(line), sample: sampleIn(line) })),
  );
  for (const line of lines) {
    if (line.step > step && samples.length > 0) {
      yield { step, values: sampleValues(samples) };
      samples = [];
    }
    step = line.step;
    samples.push(line.sample);
  }
  if (samples.length > 0) yield { step, values: sampleValues(samples) };
}

/** Histograms of the parameters of each checkpoint, and of the best model unless a checkpoint has the same step. */
function* histogramsOf({ checkpoints, model }: RunLayout): Generator<StepValues> {
  const files = listCheckpoints(checkpoints).map(({ path, step }) => ({ path, step, parameters: parametersOf(path) }));
  const best = kindOf(model) === undefined ? [] : [{ path: model, step: stepOfModel(model), parameters: parametersOf(model) }];
  const extra = best.filter(({ step }) => files.every((file) => file.step !== step));
  for (const { path, step, parameters } of [...files, ...extra].sort((a, b) => a.step - b.step)) {
    const values = valuesIfThere(path, parameters);
    if (values !== undefined) yield { step, values };
  }
}

/** Undefined for a checkpoint that an active run has deleted since the folder was listed. */
function valuesIfThere(path: string, parameters: () => NamedParameters): SummaryValue[] | undefined {
  try {
    return parameterValues(parameters());
  } catch (error) {
    if (kindOf(path) === undefined) return undefined;
    throw error;
  }
}

const parametersOf = (path: string) => (): NamedParameters => {
  const { table, parameters } = readModel(path);
  return table.entries.map(({ name }) => [name, parameters.get(name)!]);
};

/** @throws UserError model when the file does not say after which step it was written */
function stepOfModel(path: string): number {
  const { training } = readModel(path);
  try {
    return stepIn(training);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError('model', `${path}: ${error.message}`, { cause: error });
  }
}
