import { basename, resolve } from 'node:path';
import { type RunRecord, readRunRecord } from '../experiments/run-record.js';
import { kindOf } from '../files/regular-file.js';
import { type JsonValue, memberOf } from '../foundation/strict-json.js';
import type { ModelDescription } from '../model/model-description.js';
import type { ParameterTable } from '../model/parameter-table.js';
import { readModel } from '../run/open-model.js';
import { runLayout } from '../run/run-directory.js';
import { readSessions, type SessionBegin, type SessionEnd } from '../run/sessions-log.js';
import type { StepSeries } from './downsample.js';
import { ascendingSteps, readRunLog } from './run-logs.js';
import { metricValues } from './tensorboard/run-values.js';
import { type LoggedSample, readSamples } from './written-samples.js';

/** A model of a run with its weights, without an engine. */
export interface ReportedModel extends ModelDescription {
  readonly table: ParameterTable;
  /** By name. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
}

/** Everything that a report reads of a run. Nothing in its files is trusted. */
export interface ReportedRun {
  /** Short, and unique in the report. */
  readonly name: string;
  readonly directory: string;
  readonly record: RunRecord;
  /** The series of the metrics by the tags of TensorBoard, such as `loss/train`. */
  readonly series: ReadonlyMap<string, StepSeries>;
  /** Tokens that were predicted in training, and in one validation. */
  readonly tokens: number;
  readonly validationTokens: number | undefined;
  readonly samples: readonly LoggedSample[];
  /** The beginning of the latest session, and the end of the run if it is complete. */
  readonly begin: SessionBegin | undefined;
  readonly end: SessionEnd | undefined;
  readonly sessions: number;
  /** The best model; undefined before the first validation. */
  readonly model: ReportedModel | undefined;
}

/**
 * Reads runs for a report.
 *
 * @throws UserError `model` for a log that is broken, with its line, and for a broken model
 */
export async function readRuns(directories: readonly string[]): Promise<ReportedRun[]> {
  const names = namesOf(directories);
  const runs: ReportedRun[] = [];
  for (const [i, directory] of directories.entries()) {
    const layout = runLayout(directory);
    const lines = readSessions(layout.sessions);
    const last = lines.at(-1);
    const isComplete = last?.type === 'end' && (last.reason === 'completed' || last.reason === 'early-stopping');
    runs.push({
      name: names[i]!,
      directory,
      record: await readRunRecord(directory),
      ...readMetrics(layout.metrics),
      samples: readSamples(layout.samples),
      begin: lines.findLast((line) => line.type === 'begin'),
      end: isComplete ? last : undefined,
      sessions: lines.filter(({ type }) => type === 'begin').length,
      model: kindOf(layout.model) === undefined ? undefined : readModel(layout.model),
    });
  }
  return runs;
}

/** The name of each directory, or its path where several have one name. */
function namesOf(directories: readonly string[]): string[] {
  const names = directories.map((directory) => basename(resolve(directory)));
  return names.map((name, i) => (names.filter((other) => other === name).length > 1 ? directories[i]! : name));
}

function readMetrics(path: string): Pick<ReportedRun, 'series' | 'tokens' | 'validationTokens'> {
  const series = new Map<string, { steps: number[]; values: number[] }>();
  let tokens = 0;
  let validationTokens: number | undefined;
  if (kindOf(path) === undefined) return { series, tokens, validationTokens };
  const valuesOf = metricValues();
  const interpret = (line: JsonValue) => ({ ...valuesOf(line), type: memberOf(line, 'type'), count: memberOf(line, 'tokens') });
  for (const { step, values, type, count } of readRunLog(path, ascendingSteps(interpret))) {
    if (type === 'step' && typeof count === 'number') tokens = count;
    if (type === 'validation' && typeof count === 'number') validationTokens = count;
    for (const value of values) {
      if (value.plugin !== 'scalars') continue;
      const found = series.get(value.tag) ?? { steps: [], values: [] };
      // A step has one value: the last one.
      const at = found.steps.at(-1) === step ? found.steps.length - 1 : found.steps.length;
      found.steps[at] = step;
      found.values[at] = value.value;
      series.set(value.tag, found);
    }
  }
  return { series, tokens, validationTokens };
}
