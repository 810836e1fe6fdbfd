// One more thread over the arena's memory: runs an exported function as often as it is asked to.

import { parentPort, workerData } from 'node:worker_threads';

const { module, memory, name, args, times } = workerData;
const words = new Int32Array(memory.buffer);
const sleep = (/** @type {number} */ address, /** @type {number} */ value) => Atomics.wait(words, address >> 2, value);
const { exports } = await WebAssembly.instantiate(module, { env: { memory, sleep } });
const run = /** @type {(...args: number[]) => number} */ (exports[name]);
// The table's entries must be the same on every thread; here they are the kernels in the order of their names.
const table = /** @type {WebAssembly.Table} */ (exports.table);
for (const kernel of workerData.kernels) table.set(table.grow(1), exports[kernel]);

let result = 0;
for (let time = 0; time < times; time++) result = run(...args);
parentPort?.postMessage(result);
