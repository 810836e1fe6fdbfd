import { roundToBfloat16 } from '../../src/files/half-precision.js';
import { addByPairs, type Team } from '../../src/parallel/team.js';

/** A team whose members are in this process: what one of them gives, the others get when all have come to the same call. */
export function localTeams(size: number): Team[] {
  let arrived: { readonly given: unknown; readonly go: (all: unknown[]) => void }[] = [];
  let count = 0;
  const meet = <T>(rank: number, given: T) =>
    new Promise<T[]>((resolve) => {
      arrived[rank] = { given, go: resolve as (all: unknown[]) => void };
      count++;
      if (count < size) return;
      const all = arrived;
      arrived = [];
      count = 0;
      for (const { go } of all) go(all.map((one) => one.given));
    });
  return Array.from({ length: size }, (_, rank) => ({
    rank,
    size,
    name: 'one process',
    async sum(values, precision = 'float32') {
      const all = await meet(rank, values.slice());
      const together = new Float32Array(size * values.length);
      for (const [i, one] of all.entries()) together.set(one, i * values.length);
      if (precision === 'bfloat16') roundToBfloat16(together);
      addByPairs(together, size, values.length, precision);
      values.set(together.subarray(0, values.length));
      if (precision === 'bfloat16') roundToBfloat16(values);
    },
    gather: (numbers) => meet(rank, numbers),
    async tell(text) {
      return (await meet(rank, text))[0]!;
    },
    async bring(arrays, from) {
      const all = await meet(
        rank,
        arrays.map((values) => values.slice()),
      );
      if (rank === 0) for (const [i, values] of arrays.entries()) values.set(all[from]![i]!);
    },
    async close() {
      await meet(rank, undefined);
    },
    abort() {},
  }));
}
