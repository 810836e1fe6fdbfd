import {
  choiceOption,
  defaultsOf,
  mapOption,
  numberOption,
  type Options,
  type OptionValues,
} from '../../foundation/options.js';
import { objectiveTerms } from './index.js';
import { CROSS_ENTROPY } from './objective.js';

const share = (byDefault: number, describe: string) => numberOption({ from: 0, to: 1 }, byDefault, describe);

const scheduleOptions = {
  start: share(0, 'The share of the run after which the term begins to count.'),
  end: share(1, 'The share of the run after which the term no longer counts.'),
  shape: choiceOption(
    ['constant', 'linear'],
    'constant',
    'constant: the whole weight from start to end. linear: it falls from the whole weight to 0.',
  ),
};

const schedule = (name: string) =>
  mapOption(
    scheduleOptions,
    'the whole run',
    name === CROSS_ENTROPY ? 'When the cross-entropy counts.' : `When the term ${name} counts.`,
  );

/** The options of the section `training.objectiveSchedule`: one map for each term. */
export const objectiveScheduleOptions: Options = Object.fromEntries(
  [CROSS_ENTROPY, ...objectiveTerms.map(({ name }) => name)].map((name) => [name, schedule(name)]),
);

/** When a term counts, as shares of the run. */
export interface TermSchedule {
  readonly start: number;
  readonly end: number;
  readonly shape: 'constant' | 'linear';
}

/** The schedules of a section, with their defaults. */
export function termSchedules(section: OptionValues = {}): Readonly<Record<string, TermSchedule>> {
  const given = Object.entries(section).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([name, value]) => [name, { ...defaultsOf(scheduleOptions), ...(value as object) } as unknown as TermSchedule]),
  );
}

/**
 * The share of a term's weight that counts.
 * @param progress the share of the run that is done, from 0 (the first step) to below 1
 */
export function shareAt({ start, end, shape }: TermSchedule, progress: number): number {
  if (progress < start || progress >= end) return 0;
  return shape === 'constant' ? 1 : (end - progress) / (end - start);
}

/** Whether at each moment of the run at least one of the terms counts. @param terms those without a schedule count always */
export function alwaysTrains(schedules: Readonly<Record<string, TermSchedule>>, terms: readonly string[]): boolean {
  if (terms.some((name) => schedules[name] === undefined)) return true;
  const used = terms.map((name) => schedules[name]!);
  const moments = [0, ...used.flatMap(({ start, end }) => [start, end])].filter((moment) => moment < 1);
  return moments.every((moment) => used.some((one) => shareAt(one, moment) > 0));
}
