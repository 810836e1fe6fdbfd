import type { Tensor } from '../files/safetensors-format.js';
import { UserError } from '../foundation/errors.js';
import { quotedName } from '../foundation/printable.js';
import { isJsonMap, type JsonMap, type JsonValue, memberOf } from '../foundation/strict-json.js';
import { entryView, type ParameterEntry, type ParameterTable } from '../model/parameter-table.js';
import type { Checkpoint } from '../run/checkpoint.js';
import type { SplitDigests } from '../text/split-digest.js';
import type { AveragingState } from './averaging/averaging.js';
import type { ValidationRecord } from './early-stopping.js';
import type { ScheduleState } from './schedules/schedule.js';
import type { DiagnosisCounters } from './step-diagnosis.js';
import type { Moment } from './update-program.js';

/** All counters that the next step depends on: plain JSON, stored in checkpoints. The arrays are in the arenas. */
export interface TrainingState {
  /** Updates made. */
  step: number;
  /** From 1; with `window`, the position in the corpus. */
  epoch: number;
  /** The next window of the epoch, from 0. */
  window: number;
  /** Tokens predicted so far. */
  tokens: number;
  /** Sum of nats and number of tokens since the epoch began. */
  epochNats: number;
  epochTokens: number;
  /** Sum of nats and number of tokens since the last line of metrics. */
  recentNats: number;
  recentTokens: number;
  schedule: ScheduleState;
  validation: ValidationRecord;
  averaging: AveragingState;
  /** Only with `training.diagnostics`. */
  diagnostics?: DiagnosisCounters;
  /** SHA-256 of the training text's tokens: a run can be resumed only with the same text. */
  corpus: string;
  /** Length of metrics.jsonl in bytes when the state was written. */
  metricsLength: number;
}

export function freshState(corpus: string): TrainingState {
  return {
    step: 0,
    epoch: 1,
    window: 0,
    tokens: 0,
    epochNats: 0,
    epochTokens: 0,
    recentNats: 0,
    recentTokens: 0,
    schedule: { reductions: 0, waited: 0 },
    validation: { waited: 0 },
    averaging: { count: 0, recent: [] },
    corpus,
    metricsLength: 0,
  };
}

type Check = (value: unknown) => boolean;

const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isNumber: Check = (value) => Number.isFinite(value);
const isTotal: Check = (value) => Number.isFinite(value) && (value as number) >= 0;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const isMap = (value: unknown): value is JsonMap => isJsonMap(value as JsonValue);

/** The allowed values of each key of a checkpoint's state, independent of the run. */
const checks: Readonly<{ [Key in keyof TrainingState]: Check }> = {
  step: isCount,
  epoch: (value) => isCount(value) && value !== 0,
  window: isCount,
  tokens: isCount,
  epochNats: isTotal,
  epochTokens: isCount,
  recentNats: isTotal,
  recentTokens: isCount,
  schedule: (value) => isMap(value) && isCount(value.reductions) && isCount(value.waited) && optional(isNumber)(value.best),
  validation: (value) =>
    isMap(value) &&
    isCount(value.waited) &&
    [value.bestLoss, value.reference].every(optional(isNumber)) &&
    optional(isCount)(value.bestStep) &&
    (value.bestLoss === undefined) === (value.bestStep === undefined),
  // Absent in checkpoints from before averaging existed.
  averaging: optional(
    (value) =>
      isMap(value) &&
      isCount(value.count) &&
      Array.isArray(value.recent) &&
      value.recent.every(isNumber) &&
      optional(isNumber)(value.lowest),
  ),
  diagnostics: optional(
    (value) => isMap(value) && [value.steps, value.clipped].every(isCount) && [value.square, value.variance].every(isNumber),
  ),
  corpus: (value) => typeof value === 'string',
  metricsLength: isCount,
};

/** Parses the state in a checkpoint. @throws UserError `model` when it is invalid: a correct digest does not make a file trusted */
export function parseState(path: string, value: JsonValue): TrainingState {
  for (const [key, check] of Object.entries(checks)) {
    const found = memberOf(value, key);
    if (check(found)) continue;
    const shown = found === undefined ? 'missing' : quotedName(JSON.stringify(found));
    throw new UserError('model', `${path} cannot be resumed: ${key} in its state is ${shown}`);
  }
  return { ...freshState(''), ...(value as unknown as TrainingState) };
}

/** The batches of the training text, which the counters must fit. */
export interface Epoch {
  readonly windows: number;
  predictionsBefore(window: number): number;
}

/**
 * Checks that the counters of a checkpoint are possible for a run on these batches.
 *
 * @param accumulation windows of one update; fewer at the end of an epoch
 * @throws UserError `model` naming the first that is not possible
 */
export function checkCounters(
  path: string,
  state: TrainingState,
  { windows, predictionsBefore }: Epoch,
  accumulation: number,
): void {
  const { step, epoch, window, schedule, validation, averaging } = state;
  const inEpoch = predictionsBefore(window);
  const passed = (epoch - 1) * Math.ceil(windows / accumulation) + Math.ceil(window / accumulation);
  const refuse = (key: string, found: number, expected: string) => {
    const rest = `${key} is ${found}, where ${expected}. Delete the file to go on from the checkpoint before it`;
    throw new UserError('model', `${path} cannot be resumed with this text and config: ${rest}`);
  };
  if (window >= windows) refuse('window', window, `an epoch has ${windows}`);
  if (window % accumulation !== 0) refuse('window', window, `an update has ${accumulation} windows`);
  if (step !== passed) refuse('step', step, `${passed} are made up to window ${window} of epoch ${epoch}`);
  const tokens = (epoch - 1) * predictionsBefore(windows) + inEpoch;
  if (state.tokens !== tokens) refuse('tokens', state.tokens, `${tokens} are read in ${step} steps`);
  if (state.epochTokens !== inEpoch) refuse('epochTokens', state.epochTokens, `${inEpoch} are read in ${window} windows`);
  if (state.recentTokens > tokens) refuse('recentTokens', state.recentTokens, `${tokens} are read in all`);
  const events = [schedule.reductions, schedule.waited, validation.waited, validation.bestStep ?? 0, averaging.recent.length];
  // The average may include the parameters from before the first update.
  if (averaging.count > step + 1) refuse('averaging', averaging.count, `${step} steps are made`);
  if (Math.max(...events) > step) refuse('validation', Math.max(...events), `${step} steps are made`);
}

/** The arrays that a run changes in each step. */
export interface TrainingArrays {
  /** The trained parameters. */
  readonly parameters: Float32Array;
  /** The parameters that are evaluated and saved: the average, or the same array. */
  readonly evaluated: Float32Array;
  readonly moments: Readonly<Record<string, Moment>>;
  /** One array for each shard, which together are the whole batch's rows. */
  readonly state: Readonly<Record<string, readonly Float32Array[]>>;
}

interface Identity {
  table: ParameterTable;
  config: JsonValue;
  tokenizer: JsonValue;
  splitDigests: SplitDigests;
}

/**
 * The whole run as a checkpoint, without copying its arrays. Its parameters are those that are evaluated; trained parameters that differ
 * from them are stored with the optimizer's moments, under the name `trained`.
 */
export function toCheckpoint(state: TrainingState, arrays: TrainingArrays, identity: Identity): Checkpoint {
  const { table, config, tokenizer, splitDigests } = identity;
  const beside = Object.entries(besideParameters(arrays, table)).flatMap(([moment, { values, entries }]) =>
    entries.map((entry) => ({ name: `${moment}.${entry.name}`, shape: entry.shape, data: entryView(values, entry) })),
  );
  const asTensor = (entry: ParameterEntry) => ({
    name: entry.name,
    shape: entry.shape,
    data: entryView(arrays.evaluated, entry),
  });
  const { ofModel, ofObjective } = byOwner(table);
  const hidden = Object.entries(arrays.state).map(([name, parts]) => ({ name, ...joined(parts) }));
  return {
    config,
    tokenizer,
    parameters: ofModel.map(asTensor),
    training: trainingSummary(state, splitDigests),
    trainer: state as unknown as JsonValue,
    optimizer: [...beside, ...ofObjective.map(asTensor)],
    state: hidden,
  };
}

/** The parameters of the model, and those of the objective, which a checkpoint holds with the optimizer's moments. */
function byOwner({ entries }: ParameterTable) {
  const isOfObjective = ({ part }: ParameterEntry) => part === 'objective';
  return { ofModel: entries.filter((entry) => !isOfObjective(entry)), ofObjective: entries.filter(isOfObjective) };
}

/** Arrays as long as the parameters that only a checkpoint holds, by name. */
function besideParameters(
  { parameters, evaluated, moments }: TrainingArrays,
  { trained }: ParameterTable,
): Readonly<Record<string, Moment>> {
  return evaluated === parameters ? moments : { ...moments, trained: { values: parameters, entries: trained } };
}

/** What a model file says about its training. */
function trainingSummary({ step, epoch, tokens, validation }: TrainingState, splitDigests: SplitDigests): JsonValue {
  const { bestLoss, bestStep } = validation;
  return {
    step,
    epoch,
    tokens,
    ...(bestLoss !== undefined && bestStep !== undefined && { validationLoss: bestLoss, validationStep: bestStep }),
    splitDigests: { ...splitDigests },
  };
}

function joined(parts: readonly Float32Array[]): { shape: number[]; data: Float32Array } {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const data = new Float32Array(length);
  let offset = 0;
  for (const part of parts) {
    data.set(part, offset);
    offset += part.length;
  }
  return { shape: [length], data };
}

/** Copies a checkpoint's arrays to the arenas. @throws UserError `model` when it belongs to another model or optimizer */
export function restoreArrays(path: string, checkpoint: Checkpoint, arrays: TrainingArrays, table: ParameterTable): void {
  const put = (tensors: readonly Tensor[], name: string, target: Float32Array) => {
    const found = tensors.find((tensor) => tensor.name === name);
    if (!(found?.data instanceof Float32Array) || found.data.length !== target.length) {
      throw new UserError('model', `${path} does not fit this config: ${name} is missing or of another size`);
    }
    const broken = found.data.findIndex((value) => !Number.isFinite(value));
    if (broken >= 0)
      throw new UserError('model', `${path} cannot be resumed: ${name} holds ${found.data[broken]} at ${broken}`);
    target.set(found.data);
  };
  const { ofModel, ofObjective } = byOwner(table);
  for (const entry of ofModel) put(checkpoint.parameters, entry.name, entryView(arrays.evaluated, entry));
  for (const entry of ofObjective) put(checkpoint.optimizer, entry.name, entryView(arrays.evaluated, entry));
  // Buffers are not averaged: both arrays contain the same numbers.
  arrays.parameters.set(arrays.evaluated);
  for (const [moment, { values, entries }] of Object.entries(besideParameters(arrays, table)))
    for (const entry of entries) put(checkpoint.optimizer, `${moment}.${entry.name}`, entryView(values, entry));
  for (const [name, parts] of Object.entries(arrays.state)) {
    const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    put(checkpoint.state, name, whole);
    parts.forEach((part, shard) => void part.set(whole.subarray(shard * part.length, (shard + 1) * part.length)));
  }
}
