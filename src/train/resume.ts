import { changeOnResume } from '../config/resume-changes.js';
import type { EngineConfig, NamedEngineConfig, ResolvedConfig } from '../config/types.js';
import { type Provider, providers } from '../engine/onnxruntime/providers.js';
import { UserError } from '../foundation/errors.js';
import { isJsonMap, type JsonValue, memberOf } from '../foundation/strict-json.js';
import { scheduleFor, schedules } from './schedules/index.js';

/**
 * Checks that a run can be resumed with this config.
 * @param before the config in the checkpoint, parsed with the current schema: an absent key has its default
 * @returns a notice for each key that has changed and may change
 * @throws UserError `usage` naming the keys that may not change
 */
export function checkResumable(config: ResolvedConfig, before: ResolvedConfig): string[] {
  const found = differences(config as unknown as JsonValue, before as unknown as JsonValue, '');
  const changed = found.map((difference) => ({ ...difference, change: changeOnResume(difference.path) }));
  const otherBits = changed.find(({ change }) => change === 'last-bits');
  // Another engine has other keys; checkpoints do not depend on the engine.
  const isOfEngine = (path: string) => otherBits !== undefined && path.startsWith('engine.');
  const broken = changed.filter(({ path, change }) => change === undefined && !isOfEngine(path));
  if (broken.length > 0) {
    const list = broken.map(({ path, now, was }) => `${path} is ${now}, the run has ${was}`).join('; ');
    throw new UserError('usage', `cannot resume with another config: ${list}. Restore it, or start a new run with --output.`);
  }
  const line = ({ path, now, was }: Difference) => `resuming with ${path} = ${now} (it was ${was})`;
  const lines = changed.filter(({ change }) => change === 'from-here').map(line);
  return otherBits ? [...lines, `${line(otherBits)}: from here on the last bits differ from those of one engine`] : lines;
}

/**
 * The engine that `auto` chose when the run began, from the config in its checkpoint.
 * @throws UserError `model` when the checkpoint names none
 */
export function engineOfRun(path: string, before: JsonValue, { threads }: EngineConfig): NamedEngineConfig {
  const engine = isJsonMap(before) ? before.engine : undefined;
  const { type, shards, provider } = isJsonMap(engine) ? engine : {};
  if (type === 'typed-array' && Number.isInteger(shards)) return { type, shards: shards as number, threads };
  if (type === 'onnxruntime' && Object.hasOwn(providers, String(provider)))
    return { type, provider: provider as Provider, threads };
  throw new UserError('model', `${path} does not contain the engine of its run: choose one with --engine`);
}

interface RunLength {
  readonly config: ResolvedConfig;
  /** The resolved config in the checkpoint. */
  readonly before: JsonValue;
  /** Updates and epochs made so far; the next epoch is counted from 1. */
  readonly state: { readonly step: number; readonly epoch: number };
  /** Updates of the whole run, and of one epoch. */
  readonly steps: number;
  readonly stepsPerEpoch: number;
}

/**
 * Checks the length of a resumed run.
 *
 * @returns a notice when the change of the length affects the learning rate of the next step
 * @throws UserError `usage` when the run has already made more steps
 */
export function checkRunLength({ config, before, state, steps, stepsPerEpoch }: RunLength): string[] {
  const { schedule, optimizer, ...training } = config.training;
  const done = state.step;
  if (steps < done) {
    const [key, least] = training.steps === undefined ? ['epochs', Math.ceil(done / stepsPerEpoch)] : ['steps', done];
    const found = `training.${key} is ${training[key as 'epochs' | 'steps']}: the run would end after step ${steps}, and has made ${done} steps`;
    throw new UserError(
      'usage',
      `cannot resume: ${found}. Set training.${key} to at least ${least}, or start a new run with --output.`,
    );
  }
  const former = isJsonMap(before) && isJsonMap(before.training) ? before.training : {};
  const formerSteps = former.steps ?? Number(former.epochs) * stepsPerEpoch;
  const sameSchedule = JSON.stringify(former.schedule) === JSON.stringify(schedule);
  if (typeof formerSteps !== 'number' || !(formerSteps >= 1) || !sameSchedule || done === steps) return [];
  const { learningRate } = scheduleFor(schedule, optimizer.learningRate);
  const next = { epoch: state.epoch, step: done + 1 };
  const [rate, formerRate] = [steps, formerSteps].map((length) =>
    learningRate({ ...next, steps: length }, { reductions: 0, waited: 0 }),
  );
  if (rate === formerRate) return [];
  const shown = (value: number) => Number(value.toPrecision(3));
  const changed = `the ${schedule.type} schedule now ends at step ${steps}, not ${formerSteps}: the learning rate of step ${next.step} is ${shown(rate!)}, not ${shown(formerRate!)}`;
  const options = schedules.find(({ type }) => type === schedule.type)!.options;
  const hold = `To reach the minimum at step ${formerSteps} and stay there, set training.schedule.decaySteps=${formerSteps}`;
  const restart = 'to repeat the decay from there, also set training.schedule.afterDecay=restart';
  if (!('decaySteps' in options)) return [changed];
  return [`${changed}. ${'afterDecay' in options ? `${hold}; ${restart}` : hold}`];
}

interface Difference {
  path: string;
  now: string;
  was: string;
}

/** The differences between two values of a section, also within maps and within lists of the same length. */
export function differencesWithin(now: unknown, was: unknown, path: string): Difference[] {
  const listed = (value: unknown): unknown => {
    if (Array.isArray(value)) return Object.fromEntries(value.map((item, i) => [String(i), listed(item)]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, listed(item)]));
  };
  return differences(listed(now) as JsonValue, listed(was) as JsonValue, path);
}

function differences(now: JsonValue | undefined, was: JsonValue | undefined, path: string): Difference[] {
  if (isJsonMap(now) && isJsonMap(was)) {
    const keys = [...new Set([...Object.keys(now), ...Object.keys(was)])];
    return keys.flatMap((key) => differences(memberOf(now, key), memberOf(was, key), path ? `${path}.${key}` : key));
  }
  const show = (value: JsonValue | undefined) => (value === undefined ? 'absent' : JSON.stringify(value));
  return show(now) === show(was) ? [] : [{ path, now: show(now), was: show(was) }];
}
