import { bytesFromBase64 } from '../../foundation/bytes.js';
import { UserError } from '../../foundation/errors.js';
import { kernelsWasmBase64 } from './kernels/kernels.generated.js';
import { createMemory, forPrivateMemory, MAXIMUM_PAGES, type MemoryKind, PAGE } from './memory.js';

/** Where the control block lies: nothing else is in the memory's first bytes. */
const CONTROL = 64;

/** Int32 words of the control block, in cache lines of their own (64 bytes). */
const COMMAND = CONTROL / 4;
const PROGRAM = CONTROL / 4 + 1;
const ACTIVE = CONTROL / 4 + 2;
const BARRIER = CONTROL / 4 + 16;
const ARRIVED = CONTROL / 4 + 32;
/** Of thread 0, which has no use for it; that of thread t is t lines further. A thread that takes no part in a run sees nothing of it. */
const GENERATION = CONTROL / 4 + 48;

export const Command = { run: 0, install: 1, exit: 2 } as const;

/** What a thread needs to take part: given to every worker when it starts. */
export interface ThreadData {
  memory: WebAssembly.Memory;
  kernels: WebAssembly.Module;
  thread: number;
  words: { generation: number; command: number; program: number; active: number; arrived: number };
}

/** One WebAssembly memory and the threads that compute in it, all with the same kernels under the same numbers. */
export interface Machine {
  readonly threads: number;
  /** Address of the barrier's two words, for a program's header. */
  readonly barrier: number;
  memoryInUse(): number;
  /** Zeroed memory, for good; returns its byte address, a multiple of 64. */
  reserve(bytes: number): number;
  floats(address: number, length: number): Float32Array;
  integers(address: number, length: number): Int32Array;
  /** Whether an array lies in the memory. */
  owns(array: ArrayBufferView): boolean;
  /** Number of a kernel by its name. */
  kernel(name: string): number;
  /** Adds the functions "0", "1", ... of a module to the kernels; returns the number of the first. */
  install(module: WebAssembly.Module, count: number): number;
  /** Runs a program (see scheduler.ts of the kernels) on so many of the threads; returns when it is done. */
  run(program: number, active: number): void;
  close(): void;
}

interface KernelExports {
  table: WebAssembly.Table;
  runProgram(program: number, thread: number, threads: number): void;
}

/** The same in every thread, so that a kernel has one number everywhere: exported functions in the order of their names. */
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

/** The worker threads of Node. No import, since a browser, which has none, must be able to load this file for one thread. */
function nodeThreads() {
  const threads = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:worker_threads');
  if (!threads)
    throw new UserError('usage', 'several threads need the worker threads of Node, and there are none here: set threads to 1');
  return threads;
}

/** @param threads 1 where the memory is private */
export function createMachine(threads: number, memoryKind: MemoryKind): Machine {
  const Worker = threads > 1 ? nodeThreads().Worker : undefined;
  const memory = createMemory(memoryKind);
  /** Bytes that there are, or can be. */
  const limit = memoryKind === 'shared' ? MAXIMUM_PAGES * PAGE : memory.buffer.byteLength;
  const code = bytesFromBase64(kernelsWasmBase64);
  const kernels = new WebAssembly.Module(memoryKind === 'shared' ? code : forPrivateMemory(code));
  const firstFree = 4 * (GENERATION + 16 * threads);
  const control = new Int32Array(memory.buffer, 0, firstFree / 4);
  const sleep = (address: number, value: number) => void Atomics.wait(control, address >> 2, value);
  const instance = new WebAssembly.Instance(kernels, { env: { memory, sleep } });
  const { table, runProgram } = instance.exports as unknown as KernelExports;
  const numbers = putKernelsIntoTable(instance);
  let free = firstFree;
  let closed = false;
  /** The memory as it was before and after each time that it grew: the same bytes. */
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

  /** Workers beyond the active threads may still be asleep, or on their way to it: their words are left alone. */
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
      // Vector loads may read a little past the end of a row.
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
