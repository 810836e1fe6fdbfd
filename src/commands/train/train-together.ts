import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../foundation/errors.js';
import { joinMpiTeam } from '../../parallel/mpi-team.js';
import type { Team } from '../../parallel/team.js';
import { followForecast } from '../../train/forecast.js';
import { followTraining } from '../../train/train-together.js';
import { standardError } from '../../ui/output.js';
import { summaryLines } from '../../ui/summary.js';
import { describeFailure } from '../shared/describe-failure.js';
import { watchStopSignals } from '../shared/stop-signals.js';
import type { RunArguments, TrainArguments } from './arguments.js';
import { checkForecast, showForecastOf } from './dry-run.js';
import { showTraining, type TrainingMode } from './show-training.js';
import { onlyRun, type TrainingPlan, trainingPlan } from './training-plan.js';

/** Trains with the other processes that mpirun started: each computes a part of every batch. The first one reports and writes the run. */
export async function trainTogether(args: RunArguments, mode: TrainingMode): Promise<void> {
  await together(args, (plan) => (plan.team.rank === 0 ? lead(plan, mode) : follow(plan)));
}

/** Shows what the processes that mpirun started have to expect of a training. */
export async function showForecastTogether(args: TrainArguments): Promise<void> {
  checkForecast(args);
  await together(onlyRun(args, '--dry-run'), (plan) =>
    plan.team.rank === 0 ? showForecastOf(plan, args) : followForecast(plan.team, { threads: plan.threads, now }),
  );
}

type SharedPlan = TrainingPlan & { readonly team: Team };

/**
 * Joins the other processes and does the work of this one. One that fails ends all, with its message and exit code: the others would wait for
 * it for ever.
 */
async function together(args: RunArguments, work: (plan: SharedPlan) => Promise<void>): Promise<void> {
  const team = await joinMpiTeam(process.env, { now, onSilent: tellSilent });
  try {
    await work({ ...planFor(team, args), team });
    await team.close();
  } catch (error) {
    const { text, exitCode } = describeFailure(error);
    // Most failures are those of all processes. The first one tells of them, and ends all before the others come to it.
    if (team.rank > 0) await sleep(PRECEDENCE);
    await standardError.line(team.rank === 0 ? text : `process ${team.rank}: ${text}`);
    await sleep(FORWARDING);
    team.abort(exitCode);
  }
}

const now = () => performance.now() / 1000;

/** Names the processes for which the others wait. It is no error: they may still come. */
function tellSilent(ranks: readonly number[], seconds: number): void {
  const names = `process${ranks.length > 1 ? 'es' : ''} ${ranks.join(', ')}`;
  void standardError.line(
    `${names}: the others have waited for ${Math.round(seconds)} s; busy with something long, stopped, or out of reach`,
  );
}

/** Milliseconds by which the message of the first process comes before those of others. */
const PRECEDENCE = 2000;

/** Milliseconds in which mpirun passes on a message. It drops what has not reached it when a process ends all. */
const FORWARDING = 500;

/** The plan, with a microbatch for each process if the config has only one. */
function planFor({ rank, size }: Team, args: RunArguments): TrainingPlan {
  const plan = trainingPlan(args);
  if (plan.config.training.budget !== undefined)
    throw new UserError(
      'usage',
      'mpirun and training.budget: the speed of several processes is not measured; set training.steps',
    );
  if (plan.config.training.microbatches > 1 || size === 1) return plan;
  const shared = `training.microbatches=${size}`;
  if (rank === 0 && args.resume !== true) void standardError.line(`${shared}, one for each process`);
  return trainingPlan({ ...args, set: [shared, ...(args.set ?? [])] });
}

async function lead(plan: SharedPlan, mode: TrainingMode): Promise<void> {
  const { size, name } = plan.team;
  if (mode === 'progress') await standardError.line(`${size} processes (${name})`);
  await showTraining(plan, mode, (end) => summaryLines(end, plan.directory));
}

async function follow({ team, threads }: SharedPlan): Promise<void> {
  const signals = watchStopSignals(() => {});
  try {
    await followTraining(team, { threads, now }, () => signals.received !== undefined);
  } finally {
    signals.ignore();
  }
}
