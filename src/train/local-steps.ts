import type { Engine } from '../engine/engine.js';
import { UserError } from '../foundation/errors.js';
import type { ParameterTable } from '../model/parameter-table.js';
import { shareOf, sumOverTeam } from '../parallel/team.js';
import { createGradientSums } from './gradient-sums.js';
import type { MicrobatchSharing, MicrobatchSteps } from './microbatch-steps.js';
import type { Moment } from './update-program.js';

/** How often workers meet, and the outer optimizer: SGD with Nesterov's momentum. */
export interface DilocoOptions {
  readonly everySteps: number;
  readonly outerLearningRate: number;
  readonly outerMomentum: number;
}

/** What workers train in: the arena of a session. */
interface WorkerArena {
  readonly engine: Engine;
  readonly table: ParameterTable;
  /** [table.arenaLength] */
  readonly parameters: Float32Array;
  /** Must be called when the arena holds other parameters. */
  changed(): void;
}

/**
 * Local steps with an outer optimizer (DiLoCo, Douillard et al. 2023). Each microbatch belongs to a worker, which has parameters and an
 * optimizer of its own. Every H steps they meet: with D the mean over the workers of (shared - own parameters),
 *
 *     v = outerMomentum v + D
 *     shared = shared - outerLearningRate (D + outerMomentum v)
 *
 * and all workers continue with the shared parameters, which are those that are evaluated and saved.
 */
export interface LocalSteps extends MicrobatchSteps {
  /** The shared parameters, [table.arenaLength]. */
  readonly shared: Float32Array;
  /** All that a checkpoint needs besides them, by name. In a team the first process has that of all workers, the others their own. */
  readonly moments: Readonly<Record<string, Moment>>;
  /** In a team: fetches what the first process does not have. */
  assemble(): Promise<void>;
}

/** @throws UserError `usage` for a model with buffers, which would be of one worker and not of another */
export function createLocalSteps(
  { everySteps, outerLearningRate, outerMomentum }: DilocoOptions,
  { engine, table, parameters, changed }: WorkerArena,
  { updater, gradients, microbatches: count, precision, team }: MicrobatchSharing,
): LocalSteps {
  const length = table.trainedLength;
  if (table.changedLength > length)
    throw new UserError(
      'usage',
      'training.diloco and batch normalization: each worker would have statistics of its own; use layer normalization',
    );
  const own = shareOf(count, team);
  const isOwn = (worker: number) => worker >= own.start && worker < own.start + own.count;
  const shared = engine.allocateFloats(table.arenaLength);
  const velocity = engine.allocateFloats(length);
  const difference = engine.allocateFloats(length);
  const spare = new Float32Array(length);
  const sums = createGradientSums(length, precision);
  // The arenas hold the first worker of this process. While another one computes, their contents are swapped.
  const arenas = {
    parameters: parameters.subarray(0, length),
    gradients,
    ...Object.fromEntries(Object.entries(updater.moments).map(([name, { values }]) => [name, values])),
  };
  type Places = Readonly<Record<string, Float32Array>>;
  const elsewhere = (): Places =>
    Object.fromEntries(Object.keys(arenas).map((name) => [name, new Float32Array(new ArrayBuffer(4 * length))]));
  const workers = Array.from({ length: count }, (_, worker): Places | undefined => {
    if (worker === own.start) return arenas;
    return isOwn(worker) || team?.rank === 0 ? elsewhere() : undefined;
  });
  const ownWorkers = workers.slice(own.start, own.start + own.count) as Places[];

  function changePlaces(places: Places): void {
    for (const [name, arena] of Object.entries(arenas)) {
      const stored = places[name]!;
      spare.set(stored);
      stored.set(arena);
      arena.set(spare);
    }
  }

  const saved = (places: Places) => Object.entries(places).filter(([name]) => name !== 'gradients');
  const entriesOf = (name: string) => updater.moments[name]?.entries ?? table.trained;
  const ofWorkers = workers.flatMap((places, worker) =>
    places === undefined
      ? []
      : saved(places).map(([name, values]) => [`worker${worker}.${name}`, { values, entries: entriesOf(name) }] as const),
  );
  const copyShared = () => {
    for (const places of ownWorkers) places.parameters!.set(shared.subarray(0, length));
  };
  /** The norm of each own worker's gradients. */
  const norms = ownWorkers.map(() => 0);
  let isNew = true;

  /** Does some work for a worker of this process, whose arrays are in the arenas meanwhile. */
  async function as(index: number, work: () => Promise<void>): Promise<void> {
    const places = ownWorkers[index]!;
    if (places === arenas) return work();
    changePlaces(places);
    changed();
    try {
      await work();
    } finally {
      changePlaces(places);
      changed();
    }
  }

  async function meet(): Promise<void> {
    for (const [index, places] of ownWorkers.entries()) {
      for (let i = 0; i < length; i++) difference[i] = shared[i]! - places.parameters![i]!;
      sums.addMicrobatch(difference, { index, count: own.count });
    }
    await sumOverTeam(team, difference, precision);
    for (let i = 0; i < length; i++) {
      const mean = difference[i]! / count;
      velocity[i] = outerMomentum * velocity[i]! + mean;
      shared[i]! -= outerLearningRate * (mean + outerMomentum * velocity[i]!);
    }
    copyShared();
  }

  return {
    shared,
    moments: { 'outer.velocity': { values: velocity, entries: table.trained }, ...Object.fromEntries(ofWorkers) },
    async differentiate(step, compute) {
      // Parameters that are not trained, which a checkpoint holds only once.
      if (isNew) parameters.subarray(length).set(shared.subarray(length));
      if (step === 1) copyShared();
      isNew = false;
      for (const index of ownWorkers.keys())
        await as(index, async () => {
          await compute(own.start + index);
          norms[index] = await updater.gradientNorm();
        });
      const all = team ? (await team.gather(norms)).flat() : norms;
      return all.reduce((sum, norm) => sum + norm, 0) / count;
    },
    async update(step, learningRate, _, isLast) {
      for (const [index, norm] of norms.entries()) await as(index, () => updater.update(step, learningRate, norm));
      if (step % everySteps === 0 || isLast) await meet();
    },
    async assemble() {
      if (!team) return;
      for (let rank = 1; rank < team.size; rank++) {
        const { start, count: theirs } = shareOf(count, { rank, size: team.size });
        const fetched = workers.slice(start, start + theirs).flatMap((places) => (places ? saved(places) : []));
        await team.bring(
          fetched.map(([, values]) => values),
          rank,
        );
      }
    },
  };
}
