import { bfloat16ToFloat32, float32ToBfloat16 } from '../files/half-precision.js';
import { nextTurn } from '../foundation/next-turn.js';
import { fixed, loadMpi, type MpiLibrary } from './mpi-library.js';
import { createRollCall, type RollCall, type RollCallOptions } from './roll-call.js';
import { addByPairs, type GradientPrecision, ownedRanges, type Team } from './team.js';

/** Calls of MPI_Test after which other work of this process (signals, timers) gets its turn. */
const TESTS = 64;

export interface MpiTeamOptions extends Pick<RollCallOptions, 'onSilent'> {
  /** Seconds of waiting after which the processes that are missing are told. Default 60. */
  readonly patience?: number;
  /** The time in seconds, from any origin. */
  readonly now: () => number;
}

/**
 * Joins the processes that mpirun started. Only calls that return at once are used, so that signals are handled while others compute.
 *
 * @throws UserError `usage` as `loadMpi`
 */
export async function joinMpiTeam(
  environment: NodeJS.ProcessEnv,
  { now, onSilent, patience = 60 }: MpiTeamOptions,
): Promise<Team> {
  const library = await loadMpi(environment);
  const { functions, world, float, double, byte, name } = library;
  const [rank, size] = [numberFrom(functions.Comm_rank, library), numberFrom(functions.Comm_size, library)];
  const rollCall = createRollCall(library, { rank, size, patience, onSilent });
  const { begin, finished } = calls(library, rollCall, now);
  const scalars = fixed(Int32Array, 1);
  let exchange: ReturnType<typeof createExchange> | undefined;
  const team: Team = {
    rank,
    size,
    name,
    async sum(values, precision = 'float32') {
      begin();
      if (exchange?.length !== values.length || exchange.precision !== precision)
        exchange = createExchange(values.length, precision, rank, size);
      const { counts, starts, ownCounts, ownStarts, received, sum, narrow } = exchange;
      const type = narrow ? byte : float;
      const [sent, got, own] = narrow ? [narrow.all, narrow.received, narrow.own] : [values, received, exchange.own];
      if (narrow) float32ToBfloat16(values, narrow.all);
      await finished((request) =>
        functions.Ialltoallv(sent, counts, starts, type, got, ownCounts, ownStarts, type, world, request),
      );
      if (narrow) bfloat16ToFloat32(narrow.received, received);
      addByPairs(received, size, sum.length, precision);
      if (narrow) float32ToBfloat16(sum, narrow.own);
      else exchange.own.set(sum);
      await finished((request) =>
        functions.Iallgatherv(own, ownCounts[rank], type, sent, counts, starts, type, world, request),
      );
      if (narrow) bfloat16ToFloat32(narrow.all, values);
    },
    async gather(numbers) {
      begin();
      const count = numbers.length;
      const [mine, all] = [fixed(Float64Array, count), fixed(Float64Array, count * size)];
      mine.set(numbers);
      await finished((request) => functions.Iallgather(mine, count, double, all, count, double, world, request));
      return Array.from({ length: size }, (_, other) => Array.from(all.slice(other * count, (other + 1) * count)));
    },
    async tell(text) {
      begin();
      const bytes = Buffer.from(text ?? '', 'utf8');
      scalars[0] = bytes.length;
      await finished((request) => functions.Ibcast(scalars, 4, byte, 0, world, request));
      const shared = fixed(Uint8Array, scalars[0]);
      if (rank === 0) shared.set(bytes);
      await finished((request) => functions.Ibcast(shared, shared.length, byte, 0, world, request));
      return Buffer.from(shared.slice(0, scalars[0])).toString('utf8');
    },
    async bring(arrays, from) {
      begin();
      if (from === 0 || (rank !== 0 && rank !== from)) return;
      for (const values of arrays) {
        if (rank === 0) await finished((request) => functions.Irecv(values, values.length, float, from, 0, world, request));
        else await finished((request) => functions.Isend(values, values.length, float, 0, 0, world, request));
      }
    },
    async close() {
      await team.gather([0]);
      rollCall.drain();
      functions.Finalize();
    },
    abort: (exitCode) => void functions.Abort(world, exitCode),
  };
  return team;
}

/** What the sum of values of some length needs: this process owns a range of them, which it adds for all. */
function createExchange(length: number, precision: GradientPrecision, rank: number, size: number) {
  const ranges = ownedRanges(length, size);
  const { count } = ranges[rank]!;
  const isNarrow = precision === 'bfloat16';
  // What MPI does not need to understand is sent as bytes.
  const units = isNarrow ? Uint16Array.BYTES_PER_ELEMENT : 1;
  /** The own range of all processes' values, one after another. */
  const received = fixed(Float32Array, size * count);
  const integers = (numberAt: (index: number) => number) => {
    const array = fixed(Int32Array, size);
    for (let i = 0; i < size; i++) array[i] = numberAt(i);
    return array;
  };
  return {
    length,
    precision,
    counts: integers((other) => units * ranges[other]!.count),
    starts: integers((other) => units * ranges[other]!.start),
    ownCounts: integers(() => units * count),
    ownStarts: integers((other) => units * other * count),
    received,
    /** Where their sum comes to be. */
    sum: received.subarray(0, count),
    own: fixed(Float32Array, isNarrow ? 0 : count),
    narrow: isNarrow && {
      all: fixed(Uint16Array, length),
      received: fixed(Uint16Array, size * count),
      own: fixed(Uint16Array, count),
    },
  };
}

/** The calls of a team, which all its processes make in the same order: `begin` counts one, `finished` waits for a part of it. */
function calls({ functions }: MpiLibrary, rollCall: RollCall, now: () => number) {
  const [request, flag, status] = [fixed(BigInt64Array, 1), fixed(Int32Array, 1), fixed(Uint8Array, 256)];
  let call = 0;
  return {
    begin(): void {
      call++;
    },
    async finished(start: (request: BigInt64Array) => number): Promise<void> {
      const begun = now();
      start(request);
      for (let tests = 1; ; tests++) {
        functions.Test(request, flag, status);
        if (flag[0] !== 0) return;
        if (tests % TESTS !== 0) continue;
        await nextTurn();
        rollCall.check(call, now() - begun);
      }
    },
  };
}

function numberFrom(read: MpiLibrary['functions']['Comm_rank'], { world }: MpiLibrary): number {
  const result = fixed(Int32Array, 1);
  read(world, result);
  return result[0]!;
}
