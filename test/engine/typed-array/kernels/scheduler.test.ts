import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { type Arena, bits, createArena, type KernelName } from './arena.js';

const workerFile = new URL('worker.js', import.meta.url);

/** A thread that calls `name(...args)` `times` times over the arena's memory; resolves with the last result. */
async function onThread(
  arena: Arena,
  name: string,
  args: number[],
  times: number,
  kernels: readonly KernelName[] = [],
): Promise<number> {
  const worker = new Worker(workerFile, {
    workerData: { module: arena.module, memory: arena.memory, name, args, times, kernels },
  });
  const [result] = await once(worker, 'message');
  await worker.terminate();
  return result;
}

/** Puts the kernels into the arena's table and gives their indices. */
function tableIndices(arena: Arena, kernels: readonly KernelName[]): number[] {
  const table = arena.kernels.table;
  return kernels.map((kernel) => {
    const index = table.grow(1);
    table.set(index, arena.kernels[kernel]);
    return index;
  });
}

const instruction = (index: number, ...args: number[]) => [index, args.length + 2, ...args];

describe('runSegment', () => {
  it('runs the instructions of its range in order, and none outside it', () => {
    const arena = createArena();
    const [fill, add] = tableIndices(arena, ['fill', 'addMatrix']) as [number, number];
    const a = arena.matrix(2, 3, 4, () => 1);
    const b = arena.matrix(2, 3, 3, () => 1);
    const code = [
      instruction(fill, b.pointer, 3, 2, 3, bits(100)),
      instruction(fill, a.pointer, 4, 2, 3, bits(2)),
      instruction(add, a.pointer, 4, b.pointer, 3, 2, 3),
      instruction(add, a.pointer, 4, b.pointer, 3, 2, 3),
      instruction(fill, b.pointer, 3, 2, 3, bits(200)),
    ];
    const start = arena.list(code.flat());
    const first = start + 4 * (code[0] as number[]).length;
    const end = first + 4 * code.slice(1, 4).flat().length;
    arena.kernels.runSegment(first, end);
    expect(arena.read(b)).toEqual(new Float32Array(6).fill(5));
    arena.kernels.runSegment(end, end);
    expect(arena.read(b)).toEqual(new Float32Array(6).fill(5));
  });
});

/**
 * A program of 200 phases and 3 shards in which each phase's shard adds its right neighbour's cell of the phase before to its
 * own: a thread that ran ahead or lagged behind would read a wrong number. Two rows of cells alternate.
 */
function neighbourProgram(arena: Arena) {
  const kernels = ['copyMatrix', 'addMatrix', 'fill'] as const;
  const [copy, add, fill] = tableIndices(arena, kernels) as [number, number, number];
  const shards = 3;
  const phases = 200;
  const cells = [arena.matrix(1, shards, shards, (_, shard) => shard + 1), arena.matrix(1, shards, shards, () => 0)] as const;
  const header: number[] = [phases, shards, arena.words(2)];
  for (let phase = 0; phase < phases; phase++) {
    const before = cells[phase & 1 ? 1 : 0].pointer;
    const after = cells[phase & 1 ? 0 : 1].pointer;
    for (let shard = 0; shard < shards; shard++) {
      const own = 4 * shard;
      const neighbour = 4 * ((shard + 1) % shards);
      // Modulo a small number by hand: a fresh start every 16 phases keeps the sums exact in f32.
      const code =
        phase % 16 === 15
          ? instruction(fill, after + own, 1, 1, 1, bits(shard + phase))
          : [
              ...instruction(copy, before + own, 1, after + own, 1, 1, 1),
              ...instruction(add, before + neighbour, 1, after + own, 1, 1, 1),
            ];
      const start = arena.list(code);
      header.push(start, start + 4 * code.length);
    }
  }
  let expected = [1, 2, 3];
  for (let phase = 0; phase < phases; phase++) {
    expected = expected.map((own, shard) =>
      phase % 16 === 15 ? shard + phase : own + (expected[(shard + 1) % shards] as number),
    );
  }
  return { program: arena.list(header), kernels, result: cells[0], expected: Float32Array.from(expected), phases };
}

describe('runProgram', () => {
  it('runs every shard of every phase on one thread, without the barrier', () => {
    const arena = createArena();
    const { program, result, expected } = neighbourProgram(arena);
    arena.kernels.runProgram(program, 0, 1);
    expect(arena.read(result)).toEqual(expected);
  });

  for (const threads of [2, 4]) {
    it(`keeps ${threads} threads in step, phase by phase`, async () => {
      const arena = createArena();
      const { program, kernels, result, expected } = neighbourProgram(arena);
      await Promise.all(
        Array.from({ length: threads }, (_, thread) => onThread(arena, 'runProgram', [program, thread, threads], 1, kernels)),
      );
      expect(arena.read(result)).toEqual(expected);
    });
  }
});

describe('barrier', () => {
  it('lets no thread pass before all have arrived, repeatedly', async () => {
    const arena = createArena();
    const control = arena.words(2);
    const threads = 3;
    const times = 2000;
    await Promise.all(Array.from({ length: threads }, () => onThread(arena, 'barrier', [control, threads], times)));
    expect([...arena.integers.subarray(control >> 2, (control >> 2) + 2)]).toEqual([0, times]);
  });

  it('blocks a thread until the missing one arrives', async () => {
    const arena = createArena();
    const control = arena.words(2);
    let passed = false;
    const waiting = onThread(arena, 'barrier', [control, 2], 1).then(() => {
      passed = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(passed).toBe(false);
    arena.kernels.barrier(control, 2);
    await waiting;
    expect(passed).toBe(true);
  });
});

describe('waitWhileEqual', () => {
  it('returns the new value at once when the word differs already', () => {
    const arena = createArena();
    const word = arena.list([42]);
    expect(arena.kernels.waitWhileEqual(word, 41, 0)).toBe(42);
  });

  it('sleeps until the word is changed and notified', async () => {
    const arena = createArena();
    const word = arena.list([7]);
    const waiting = onThread(arena, 'waitWhileEqual', [word, 7, 10], 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    // A notification without a change must not wake it for good.
    Atomics.notify(arena.integers, word >> 2);
    Atomics.store(arena.integers, word >> 2, 8);
    Atomics.notify(arena.integers, word >> 2);
    expect(await waiting).toBe(8);
  });
});
