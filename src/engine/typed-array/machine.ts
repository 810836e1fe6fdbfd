import { bytesFromBase64 } from '../../foundation/bytes.js';
import { UserError } from '../../foundation/errors.js';
import { kernelsWasmBase64 } from './kernels/kernels.generated.js';
import { createMemory, forPrivateMemory, MAXIMUM_PAGES, type MemoryKind, PAGE } from './memory.js';

/** Address of the control block. Nothing else is in the first bytes of the memory. */
const CONTROL = 64;

/** Int32 words of the control block, in cache lines of their own (64 bytes). */
const COMMAND = CONTROL / 4;
const PROGRAM = CONTROL / 4 + 1;
const ACTIVE = CONTROL / 4 + 2;
const BARRIER = CONTROL / 4 + 16;
const ARRIVED = CONTROL / 4 + 32;
/**
 * Each thread has a generation word in a cache line of its own: that of thread t is t lines after this one. A thread that takes no part in a
 * run does not see that run's generation. Thread 0 does not use its word.
 */
const GENERATION = CONTROL / 4 + 48;

export const Command = { run: 0, install: 1, exit: 2 } as const;

/** What a worker needs to take part in computations; it gets this when it starts. */
export interface ThreadData {
  memory: WebAssembly.Memory;
  kernels: WebAssembly.Module;
  thread: number;
  words: { generation: number; command: number; program: number; active: number; arrived: number };
}

/** One WebAssembly memory and the threads that compute in it. All have the same kernels with the same numbers. */
export interface Machine {
  readonly threads: number;
  /** Address of the barrier's two words, for a program's header. */
  readonly barrier: number;
  memoryInUse(): number;
  /** Takes zeroed memory that is never freed; returns its byte address, a multiple of 64. */
  reserve(bytes: number): number;
  floats(address: number, length: number): Float32Array;
  integers(address: number, length: number): Int32Array;
  /** Whether an array is in the memory. */
  owns(array: ArrayBufferView): boolean;
  /** Number of a kernel by its name. */
  kernel(name: string): number;
  /** Adds the functions "0", "1", ... of a module to the kernels; returns the number of the first. */
  install(module: WebAssembly.Module, count: number): number;
  /** Runs a program (see scheduler.ts of the kernels) on `active` threads; returns when it has ended. */
  run(program: number, active: number): void;
  close(): void;
}

interface KernelExports {
  table: WebAssembly.Table;
  runProgram(program: number, thread: number, threads: number): void;
}

/** Adds the exported functions in the order of their names, so that a kernel has the same number in every thread. */
function putKernelsIntoTable(instance: WebAssembly.Instance): Map<string, number> {
  const { table } = instance.exports as unknown as KernelExports;
  const names = Object.keys(instance.exports)
    .filter((name) => typeof instance.exports[name] === 'function')
    .sort();
  const first = table.grow(names.length);
  names.forEach((name, i) => void table.set(first + i, instance.exports[name]));
  return new Map(names.map((name, i) => [name, first + i]));
}

function tooLarge(limit: string): UserError {
  return new UserError(
    'usage',
    `the model, its optimizer and its window need more than ${limit}: ` +
      'make model.hiddenSize, model.layers, training.batchSize or training.sequenceLength smaller',
  );
}

/** Node's worker threads. Not imported, because a browser, which does not have them, must be able to load this file for one thread. */
function nodeThreads() {
  const threads = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:worker_threads');
  if (!threads)
    throw new UserError('usage', 'several threads need the worker threads of Node, and there are none here: set threads to 1');
  return threads;
}

/** @throws UserError usage where WebAssembly cannot be compiled, as in an old browser or under a strict content security policy */
function compiled(code: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new WebAssembly.Module(code);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(
      'usage',
      `the engine needs WebAssembly with SIMD, and it cannot be compiled here: ${why}. Browsers have it since Chrome 91, Firefox 89 ` +
        "and Safari 16.4; a content security policy must contain 'wasm-unsafe-eval'",
      { cause: error },
    );
  }
}

/** @param threads 1 where the memory is private */
export function createMachine(threads: number, memoryKind: MemoryKind): Machine {
  const Worker = threads > 1 ? nodeThreads().Worker : undefined;
  const memory = createMemory(memoryKind);
  /** Bytes to which the memory can grow. */
  const limit = memoryKind === 'shared' ? MAXIMUM_PAGES * PAGE : memory.buffer.byteLength;
  const code = bytesFromBase64(kernelsWasmBase64);
  const kernels = compiled(memoryKind === 'shared' ? code : forPrivateMemory(code));
  const firstFree = 4 * (GENERATION + 16 * threads);
  const control = new Int32Array(memory.buffer, 0, firstFree / 4);
  const sleep = (address: number, value: number) => void Atomics.wait(control, address >> 2, value);
  const instance = new WebAssembly.Instance(kernels, { env: { memory, sleep } });
  const { table, runProgram } = instance.exports as unknown as KernelExports;
  const numbers = putKernelsIntoTable(instance);
  let free = firstFree;
  let closed = false;
  /** The memory's buffers before and after each growth: they refer to the same bytes. */
  const buffers = new WeakSet<ArrayBufferLike>();
  const buffer = () => {
    buffers.add(memory.buffer);
    return memory.buffer;
  };
  const checkOpen = () => {
    if (closed) throw new UserError('usage', 'the engine is closed: nothing can be computed or allocated with it any more');
  };

  const workers = Array.from({ length: threads - 1 }, (_, i) => {
    const words = {
      generation: GENERATION + 16 * (i + 1),
      command: COMMAND,
      program: PROGRAM,
      active: ACTIVE,
      arrived: ARRIVED,
    };
    const workerData: ThreadData = { memory, kernels, thread: i + 1, words };
    const worker = new Worker!(new URL('./worker.js', import.meta.url), { workerData });
    worker.unref();
    return worker;
  });

  /** Workers beyond the active threads may still sleep or be about to sleep: their words are not changed. */
  function command(what: number, active: number, program = 0): void {
    if (active === 1) return;
    control[COMMAND] = what;
    control[PROGRAM] = program;
    control[ACTIVE] = active;
    for (let thread = 1; thread < active; thread++) {
      Atomics.add(control, GENERATION + 16 * thread, 1);
      Atomics.notify(control, GENERATION + 16 * thread);
    }
  }

  return {
    threads,
    barrier: 4 * BARRIER,
    memoryInUse: () => free,
    reserve(bytes) {
      checkOpen();
      const address = Math.ceil(free / 64) * 64;
      // Vector loads may read slightly past the end of a row.
      const end = address + bytes + 64;
      if (end > limit) throw tooLarge(`the ${limit / 0x40000000} GiB that the engine can address`);
      const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE);
      try {
        if (missing > 0) memory.grow(missing);
      } catch {
        throw tooLarge('the memory that this machine gives');
      }
      free = end;
      return address;
    },
    floats: (address, length) => new Float32Array(buffer(), address, length),
    integers: (address, length) => new Int32Array(buffer(), address, length),
    owns: (array) => buffers.has(array.buffer),
    kernel(name) {
      const number = numbers.get(name);
      if (number === undefined) throw new Error(`there is no kernel ${name}`);
      return number;
    },
    install(module, count) {
      const { exports } = new WebAssembly.Instance(module, { env: { memory } });
      const first = table.grow(count);
      for (let i = 0; i < count; i++) table.set(first + i, exports[String(i)]);
      if (threads > 1) {
        Atomics.store(control, ARRIVED, 0);
        for (const worker of workers) worker.postMessage({ module, count });
        command(Command.install, threads);
        for (let arrived = 0; arrived < threads - 1; arrived = Atomics.load(control, ARRIVED))
          Atomics.wait(control, ARRIVED, arrived);
      }
      return first;
    },
    run(program, active) {
      checkOpen();
      command(Command.run, active, program);
      runProgram(program, 0, active);
    },
    close() {
      if (closed) return;
      closed = true;
      command(Command.exit, threads);
    },
  };
}
