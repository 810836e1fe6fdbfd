// A thread of the typed-array engine: waits for commands and runs its part of each. Plain JavaScript, because a worker starts directly from
// the file, also in development.

import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';

const RUN = 0;
const INSTALL = 1;
/** Iterations of the spin loop before the thread sleeps. */
const SPINS = 1 << 14;

/** @type {import('./machine.js').ThreadData} */
const { memory, kernels, thread, words } = workerData;
const control = new Int32Array(memory.buffer, 0, words.generation + 16);
/** @type {(address: number, value: number) => void} */
const sleep = (address, value) => void Atomics.wait(control, address >> 2, value);
const { exports } = new WebAssembly.Instance(kernels, { env: { memory, sleep } });
const { table, runProgram, waitWhileEqual } =
  /** @type {{ table: WebAssembly.Table, runProgram(program: number, thread: number, threads: number): void, waitWhileEqual(address: number, value: number, spins: number): number }} */ (
    /** @type {unknown} */ (exports)
  );

const names = Object.keys(exports)
  .filter((name) => typeof exports[name] === 'function')
  .sort();
const first = table.grow(names.length);
names.forEach((name, i) => void table.set(first + i, exports[name]));

function install() {
  if (!parentPort) throw new Error('this file is the body of a worker thread');
  for (let message = receiveMessageOnPort(parentPort); message; message = receiveMessageOnPort(parentPort)) {
    const { module, count } = message.message;
    const added = new WebAssembly.Instance(module, { env: { memory } }).exports;
    const place = table.grow(count);
    for (let i = 0; i < count; i++) table.set(place + i, added[String(i)]);
  }
  Atomics.add(control, words.arrived, 1);
  Atomics.notify(control, words.arrived);
}

let generation = 0;
for (;;) {
  generation = waitWhileEqual(4 * words.generation, generation, SPINS);
  const command = control[words.command];
  const [program, active] = /** @type {[number, number]} */ ([control[words.program], control[words.active]]);
  if (command === RUN) runProgram(program, thread, active);
  else if (command === INSTALL) install();
  else break;
}
process.exit(0);
