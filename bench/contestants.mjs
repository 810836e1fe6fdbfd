import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { measure } from './measurement.mjs';

/** @import { Contestant, Task } from './measurement.mjs' */

/** @param {string} path relative to this folder */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * The project itself.
 *
 * @returns {Contestant}
 */
export function textloom() {
  return { name: 'textloom', command: process.execPath, args: [here('textloom-step.mjs')], env: {} };
}

/**
 * The same on the onnxruntime engine. Undefined when its package is not installed.
 *
 * @returns {Contestant | undefined}
 */
export function textloomOnnxRuntime() {
  if (!existsSync(here('../node_modules/onnxruntime-node/package.json'))) return undefined;
  const args = [here('textloom-step.mjs'), '--engine', 'onnxruntime'];
  return { name: 'textloom-onnxruntime', command: process.execPath, args, env: {} };
}

/**
 * The JavaScript peer, once with the library's own gradients and once with those of products rewritten; at the charrnn size
 * only, since a step of the others takes a minute. Undefined when it is not installed.
 *
 * @returns {Contestant[] | undefined}
 */
export function tfjs() {
  if (!existsSync(here('node_modules/@tensorflow/tfjs/package.json'))) return undefined;
  const common = { command: process.execPath, env: {}, sizes: ['charrnn'] };
  return [
    { name: 'tfjs', args: [here('peers/tfjs.mjs')], ...common },
    { name: 'tfjs-rewritten', args: [here('peers/tfjs.mjs'), '--explicit-transposes'], ...common },
  ];
}

/**
 * The first of the given Python commands that has torch, and torch's version; undefined when none has.
 *
 * @param {string[]} commands
 * @returns {{ command: string, version: string } | undefined}
 */
export function detectPyTorch(commands) {
  for (const command of commands) {
    const { status, stdout } = spawnSync(command, ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' });
    if (status === 0) return { command, version: stdout.trim() };
  }
  return undefined;
}

/**
 * Every setting worth trying for PyTorch on this machine: one thread or all; OpenBLAS with its own choice of kernels or, where the
 * processor has AVX-512 (which OpenBLAS misses on some virtual machines), those of SkylakeX; idle threads that sleep or spin.
 *
 * @param {string} python
 * @param {boolean} avx512
 * @param {number} [cores]
 * @returns {Contestant[]}
 */
export function pytorchSettings(python, avx512, cores = availableParallelism()) {
  const threads = cores > 1 ? [1, cores] : [1];
  /** @type {Record<string, string>[]} */
  const environments = [{}, { OMP_WAIT_POLICY: 'passive' }];
  if (avx512) environments.push({ OMP_WAIT_POLICY: 'passive', OPENBLAS_CORETYPE: 'SKYLAKEX' });
  return threads.flatMap((count) =>
    environments.map((env) => ({
      name: 'pytorch',
      command: python,
      args: [here('peers/pytorch_step.py'), '--threads', String(count)],
      env,
    })),
  );
}

/**
 * The fastest setting: each is measured for a shorter time, twice, in turns, and its better figure counts.
 *
 * @param {Contestant[]} settings
 * @param {string} size
 * @param {Task} task
 * @returns {Promise<Contestant>}
 */
export async function fastest(settings, size, task) {
  let best = settings[0];
  let bestFigure = 0;
  for (const setting of [...settings, ...settings]) {
    const { tokensPerSecond } = await measure(setting, size, { ...task, seconds: task.seconds / 3 });
    if (tokensPerSecond > bestFigure) [best, bestFigure] = [setting, tokensPerSecond];
  }
  if (!best) throw new Error('no settings to choose from');
  return best;
}
