import { createHash } from 'node:crypto';
import type { NamedEngineConfig, ResolvedConfig } from '../config/types.js';
import { UserError } from '../foundation/errors.js';
import { parameterTable } from '../model/parameter-table.js';
import type { Team } from '../parallel/team.js';
import { findGoodCheckpoint, listCheckpoints, runLayout } from '../run/run-directory.js';
import { openEngine, type Threads } from './engines.js';
import { beginTraining, type PreparedRun, prepareRun } from './prepare-run.js';
import { type Keeper, Trainer } from './trainer.js';

type RunConfig = ResolvedConfig & { readonly engine: NamedEngineConfig };

export interface FollowingOptions {
  readonly threads: Threads;
  /** The time in seconds, from any origin. */
  readonly now: () => number;
  readonly stopRequested: () => boolean;
}

/** What the first process of a team decides for all. */
interface Decisions {
  /** With the engine and the number of steps that it measured. */
  readonly config: RunConfig;
  /** The checkpoint from which the run goes on. */
  readonly checkpoint: string | undefined;
}

/** The first process tells the others what it decided; then all compare what they are going to train. @throws UserError */
export async function tellDecisions(team: Team, config: RunConfig, prepared: PreparedRun): Promise<void> {
  checkTeam(team, config, prepared);
  const decisions: Decisions = { config, checkpoint: prepared.resumed?.path };
  await team.tell(JSON.stringify(decisions));
  await compare(team, config, prepared);
}

/** The function that tells whether any process of the team was asked to stop. All must call it at the same step. */
export function agreedStop(team: Team, stopRequested: () => boolean): () => Promise<boolean> {
  return async () => (await team.gather([Number(stopRequested())])).some(([requested]) => requested === 1);
}

/**
 * Trains as another process than the first: computes its microbatches and writes nothing. It needs the text and, to resume, the checkpoint,
 * at the paths at which the first process has them.
 *
 * @throws UserError of any kind, as training would
 */
export async function followTraining(team: Team, { threads, now, stopRequested }: FollowingOptions): Promise<void> {
  const { config, checkpoint }: Decisions = JSON.parse(await team.tell(undefined));
  const onNotice = () => {};
  const resume = checkpoint === undefined ? undefined : onlyCheckpoint(config.output, checkpoint);
  const prepared = await prepareRun({ config, resume, onNotice });
  const { data, model, state } = prepared;
  const engine = await openEngine(config.engine, threads, now);
  try {
    await compare(team, config, prepared);
    const trainer = new Trainer({
      config: { ...prepared.config, engine: config.engine },
      engine,
      model,
      data,
      state,
      now,
      onEvent: () => {},
      stopRequested: agreedStop(team, stopRequested),
      team,
    });
    beginTraining(trainer, prepared, onNotice);
    await trainer.train(keepsNothing);
  } finally {
    engine.close();
    data.close();
  }
}

const keepsNothing: Keeper = { keepModel() {}, checkpoint: () => undefined, best: () => ({}) };

/** A run directory that is only read, and in which only one checkpoint counts. */
function onlyCheckpoint(path: string, checkpoint: string): NonNullable<Parameters<typeof prepareRun>[0]['resume']> {
  return {
    path,
    latestGoodCheckpoint: (check) =>
      findGoodCheckpoint(
        listCheckpoints(runLayout(path).checkpoints).filter((file) => file.path === checkpoint),
        check,
      ),
  };
}

/** @throws UserError `usage` where the microbatches cannot be shared out, or depend on each other */
function checkTeam({ size }: Team, { training: { microbatches, batchSize } }: RunConfig, { model }: PreparedRun): void {
  const each = microbatches / size;
  if (!Number.isInteger(each) || !isPowerOfTwo(each))
    throw new UserError(
      'usage',
      `training.microbatches is ${microbatches}, and ${size} processes are to share them: each computes 1, 2, 4, ... of them, so that their ` +
        `gradients are added in the same order by any number of processes. Start ${suitable(microbatches).join(' or ')} processes, or ` +
        `begin a new run with training.microbatches ${size} (and batchSize ${batchSize} divided by it a whole number)`,
    );
  const { changedLength, trainedLength } = parameterTable(model);
  if (changedLength > trainedLength)
    throw new UserError(
      'usage',
      'batch normalization measures the whole batch, which several processes would have to exchange in the middle of each step: use layer ' +
        'normalization, or start one process',
    );
}

const isPowerOfTwo = (value: number) => value >= 1 && Number.isInteger(Math.log2(value));

/** Numbers of processes that can share so many microbatches. */
const suitable = (microbatches: number) =>
  Array.from({ length: microbatches }, (_, i) => i + 1).filter((size) => isPowerOfTwo(microbatches / size));

/** All processes must train the same: the same program, config and texts. @throws UserError `data` naming those that differ */
async function compare(team: Team, config: RunConfig, { data, resumed }: PreparedRun): Promise<void> {
  const digests = {
    config: digestOf({ ...config, output: '' }),
    text: digestOf([data.digest, data.splitDigests]),
    vocabulary: digestOf(data.tokenizer.toJSON()),
    checkpoint: digestOf(resumed?.checkpoint.trainer ?? null),
  };
  const all = await team.gather(Object.values(digests));
  for (const [i, what] of Object.keys(digests).entries()) {
    const others = all.flatMap((of, rank) => (of[i] === all[0]![i] ? [] : [rank]));
    if (others.length > 0)
      throw new UserError(
        'data',
        `the ${what} of process ${others.join(', ')} is not that of process 0: all must read the same files with the same version of textloom`,
      );
  }
}

/** The first 48 bits of the SHA-256 of a value as JSON, as a number. */
function digestOf(value: unknown): number {
  return createHash('sha256').update(JSON.stringify(value)).digest().readUIntBE(0, 6);
}
