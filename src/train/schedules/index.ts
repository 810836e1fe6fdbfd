import type { OptionValues } from '../../foundation/options.js';
import { cosine } from './cosine.js';
import { cosineRestarts } from './cosine-restarts.js';
import { inverseSquareRoot } from './inverse-square-root.js';
import { linearSchedule } from './linear.js';
import { oneCycle } from './one-cycle.js';
import { plateau } from './plateau.js';
import type { Schedule, ScheduleDeclaration } from './schedule.js';
import { constantRate, exponentialDecay, stepDecay } from './stepwise.js';
import { warmupStableDecay } from './warmup-stable-decay.js';

/** The registry of schedules. A new schedule is its file and a line here; the first is the default. */
export const schedules: readonly ScheduleDeclaration[] = [
  constantRate,
  stepDecay,
  exponentialDecay,
  cosine,
  plateau,
  linearSchedule,
  warmupStableDecay,
  oneCycle,
  inverseSquareRoot,
  cosineRestarts,
];

/** A schedule as a resolved config names it: its type and the values of its options. */
export type ScheduleChoice = OptionValues & { readonly type: string };

/** The schedule of a config, from the optimizer's learning rate. */
export function scheduleFor(choice: ScheduleChoice, base: number): Schedule {
  return schedules.find(({ type }) => type === choice.type)!.create(choice, base);
}
