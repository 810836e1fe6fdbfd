import type { GradientPrecision, Team } from '../parallel/team.js';
import type { TrainingSession } from './session.js';
import { median } from './step-speed.js';

/** How processes that train together spend a step. */
export interface MeasuredTeam {
  readonly processes: number;
  /** What connects them. */
  readonly name: string;
  /** Bytes of gradients that each process sends in a step, in the mean; it receives as many. */
  readonly bytesPerStep: number;
  /** Of an exchange of gradients that all processes begin at the same time. */
  readonly secondsPerExchange: number;
  readonly bytesPerSecond: number;
  /** The speed of these processes, divided by that of one process that computes all microbatches, and by their number. */
  readonly efficiency: number;
}

/** A team that adds up the seconds that its calls take: for exchanges, and for waiting until the other processes have made the same call. */
export function timedTeam(team: Team, now: () => number): { readonly team: Team; readonly spent: () => number } {
  let spent = 0;
  async function timed<T>(call: () => Promise<T>): Promise<T> {
    const begun = now();
    const result = await call();
    spent += now() - begun;
    return result;
  }
  return {
    team: {
      ...team,
      sum: (values, precision) => timed(() => team.sum(values, precision)),
      gather: (numbers) => timed(() => team.gather(numbers)),
    },
    spent: () => spent,
  };
}

/** What a process knows before its team is measured. Times are seconds. */
interface OwnSteps {
  /** The time of a whole step. */
  readonly step: number;
  /** The time of what it computes in a step. */
  readonly computing: number;
  /** The precision of the gradients that it sends. */
  readonly precision: GradientPrecision;
  /** Steps from one exchange to the next. If there are several, `step` is the time of one without an exchange. */
  readonly everySteps: number;
}

/** Updates that are timed; and exchanges, fewer where they take long. */
const UPDATES = 5;
const EXCHANGES = { least: 2, most: 20, seconds: 2 };

/**
 * Measures what a step costs because it is shared, and the time of a step with its share of the exchanges, in the mean over the processes.
 * All processes call it at the same time. The parameters and gradients of the session are not usable afterwards.
 */
export async function measureTeam(
  team: Team,
  session: TrainingSession,
  own: OwnSteps,
  now: () => number,
): Promise<{ secondsPerStep: number; measured: MeasuredTeam }> {
  const { size: processes, name } = team;
  const exchange = await secondsPerExchange(team, session.gradients, own.precision, now);
  const all = await team.gather([own.step, own.computing, await secondsPerUpdate(session, now), exchange]);
  const [step, computing, update] = [0, 1, 2].map((i) => all.reduce((sum, times) => sum + times[i]!, 0) / processes);
  // Each process updates all parameters: one process would do so once for all microbatches.
  const alone = processes * (computing! - update!) + update!;
  const slowest = Math.max(...all.map((times) => times[3]!));
  // The slices of the others, and then the sums of its own slice to the others.
  const bytes = session.gradients.length * (own.precision === 'bfloat16' ? 2 : 4);
  const bytesPerExchange = (2 * bytes * (processes - 1)) / processes;
  const secondsPerStep = step! + (own.everySteps > 1 ? slowest / own.everySteps : 0);
  return {
    secondsPerStep,
    measured: {
      processes,
      name,
      bytesPerStep: bytesPerExchange / own.everySteps,
      secondsPerExchange: slowest,
      bytesPerSecond: bytesPerExchange / slowest,
      efficiency: alone / (processes * secondsPerStep),
    },
  };
}

async function secondsPerExchange(
  team: Team,
  gradients: Float32Array,
  precision: GradientPrecision,
  now: () => number,
): Promise<number> {
  // Sums of sums would overflow.
  gradients.fill(0);
  const once = async () => {
    await team.gather([]);
    const begun = now();
    await team.sum(gradients, precision);
    return now() - begun;
  };
  const first = await team.gather([await once()]);
  const slowest = Math.max(...first.map(([seconds]) => seconds!));
  const { least, most, seconds } = EXCHANGES;
  const count = Math.max(least, Math.min(most, Math.round(seconds / slowest)));
  const times: number[] = [];
  while (times.length < count) times.push(await once());
  return median(times);
}

async function secondsPerUpdate(session: TrainingSession, now: () => number): Promise<number> {
  const times: number[] = [];
  for (let step = 1; step <= UPDATES; step++) {
    const begun = now();
    await session.update(step, 0, 1);
    times.push(now() - begun);
  }
  return median(times);
}
