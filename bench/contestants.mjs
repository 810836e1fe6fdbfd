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
 * processor has AVX-512 (which OpenBLAS misses on some virtual machines), those of SkylakeX; idle threads that sleep or spin; and of
 * PyTorch 2 also its fused Adam, with the model as written and compiled.
 *
 * @param {{ command: string, version: string }} python
 * @param {{ avx512: boolean, training?: boolean, cores?: number }} options
 * @returns {Contestant[]}
 */
export function pytorchSettings({ command, version }, { avx512, training = true, cores = availableParallelism() }) {
  const threads = cores > 1 ? [1, cores] : [1];
  /** @type {Record<string, string>[]} */
  const environments = [{}, { OMP_WAIT_POLICY: 'passive' }];
  if (avx512) environments.push({ OMP_WAIT_POLICY: 'passive', OPENBLAS_CORETYPE: 'SKYLAKEX' });
  const hasFusedAdam = training && Number.parseInt(version, 10) >= 2;
  const forms = hasFusedAdam ? [['--fused'], ['--fused', '--compile']] : [[]];
  return threads.flatMap((count) =>
    environments.flatMap((env) =>
      forms.map((form) => ({
        name: `pytorch ${version}`,
        command,
        args: [here('peers/pytorch_step.py'), ...form, '--threads', String(count)],
        env,
      })),
    ),
  );
}

/** A setting is measured a second time if its speed is at least this share of the best one. */
const NEAR = 0.8;

/**
 * The fastest setting: each is measured for a shorter time, those near the best one a second time, and the better figure counts. One that
 * fails, such as a compilation without a compiler, is left out.
 *
 * @param {Contestant[]} settings
 * @param {string} size
 * @param {Task} task
 * @returns {Promise<Contestant>}
 */
export async function fastest(settings, size, task) {
  const figures = /** @type {Map<Contestant, number>} */ (new Map());
  /** @type {unknown} */
  let failure;
  const best = () => Math.max(...figures.values());
  const measureOnce = async (/** @type {Contestant} */ setting) => {
    const { tokensPerSecond } = await measure(setting, size, { ...task, seconds: task.seconds / 3 });
    figures.set(setting, Math.max(tokensPerSecond, figures.get(setting) ?? 0));
  };
  for (const setting of settings) {
    try {
      await measureOnce(setting);
    } catch (error) {
      failure = error;
    }
  }
  if (figures.size === 0) throw failure ?? new Error('no settings to choose from');
  for (const [setting, figure] of figures) if (figure > NEAR * best()) await measureOnce(setting);
  const highest = best();
  return /** @type {Contestant} */ (settings.find((setting) => figures.get(setting) === highest));
}
