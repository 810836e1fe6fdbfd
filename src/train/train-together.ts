import type { CorpusConfig, NamedEngineConfig, ResolvedConfig } from '../config/types.js';
import type { Engine } from '../engine/engine.js';
import { utf8Bytes } from '../foundation/bytes.js';
import { UserError } from '../foundation/errors.js';
import { parameterTable } from '../model/parameter-table.js';
import { agreedStop, type Team } from '../parallel/team.js';
import { findGoodCheckpoint, listCheckpoints, runLayout } from '../run/run-directory.js';
import { digestNumber } from './compare-parameters.js';
import { openEngine, type Threads } from './engines.js';
import { beginTraining, type PreparedRun, prepareRun } from './prepare-run.js';
import { type Keeper, Trainer } from './trainer.js';

type RunConfig = ResolvedConfig & { readonly engine: NamedEngineConfig };

export interface FollowingOptions {
  readonly threads: Threads;
  /** The time in seconds, from any origin. */
  readonly now: () => number;
}

/** What another process than the first works with. */
interface FollowedRun {
  readonly config: RunConfig;
  readonly prepared: PreparedRun;
  readonly engine: Engine;
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

/**
 * Trains as another process than the first: computes its microbatches and writes nothing. It needs the text and, to resume, the checkpoint,
 * at the paths at which the first process has them.
 *
 * @param stopRequested whether this process was asked to stop
 * @throws UserError of any kind, as training would
 */
export function followTraining(team: Team, options: FollowingOptions, stopRequested: () => boolean): Promise<void> {
  return followDecisions(team, options, undefined, async ({ config, prepared, engine }) => {
    const { data, model, state } = prepared;
    const trainer = new Trainer({
      config,
      engine,
      model,
      data,
      state,
      now: options.now,
      onEvent: () => {},
      stopRequested: agreedStop(team, stopRequested),
      team,
    });
    beginTraining(trainer, prepared, () => {});
    await trainer.train(keepsNothing);
  });
}

/**
 * What another process than the first does: prepares what the first has decided (see `tellDecisions`), and works on it.
 *
 * @param corpus changes how the corpus is read
 */
export async function followDecisions(
  team: Team,
  { threads, now }: FollowingOptions,
  corpus: ((config: CorpusConfig) => Promise<CorpusConfig>) | undefined,
  work: (run: FollowedRun) => Promise<void>,
): Promise<void> {
  const { config, checkpoint }: Decisions = JSON.parse(await team.tell(undefined));
  const resume = checkpoint === undefined ? undefined : onlyCheckpoint(config.output, checkpoint);
  const prepared = await prepareRun({ config, resume, onNotice: () => {}, ...(corpus && { corpus }) });
  const engine = await openEngine(config.engine, threads, now);
  try {
    await compare(team, config, prepared);
    await work({ config: { ...prepared.config, engine: config.engine }, prepared, engine });
  } finally {
    engine.close();
    prepared.data.close();
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

const digestOf = (value: unknown) => digestNumber(utf8Bytes(JSON.stringify(value)));
