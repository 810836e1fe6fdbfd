// usage: node device-memory.js PROVIDER, in a process of its own because a driver is found by the environment that it starts with.
// Asks the provider for a matrix of 16 GB between two small vectors, and prints what is thrown as JSON. Runs on the built files.

import { createOnnxRuntimeEngine } from '../../../dist/engine/onnxruntime/onnxruntime-engine.js';
import { apply } from '../../../dist/graph/node.js';
import { input } from '../../../dist/graph/operations/input.js';
import { expOperation, multiply } from '../../../dist/graph/operations/pointwise.js';
import { columnSums } from '../../../dist/graph/operations/sums.js';

const size = 64_000;
const engine = await createOnnxRuntimeEngine({ provider: /** @type {'webgpu'} */ (process.argv[2]), threads: 1 });
const column = input('column', { rows: size, columns: 1, sharded: true });
const row = input('row', { rows: 1, columns: size });
try {
  await engine.compile({ sums: columnSums(apply(expOperation, [multiply(column, row)])) }).run();
} catch (error) {
  const { name, kind, message } = /** @type {import('../../../src/foundation/errors.js').UserError} */ (error);
  process.stdout.write(`${JSON.stringify({ name, kind, message })}\n`);
}
