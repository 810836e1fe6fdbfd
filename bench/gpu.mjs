/** What `gpu.sh` runs; see there. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from './machine.mjs';
import { measure } from './measurement.mjs';
import { sizes } from './steps.mjs';

/** @import { Contestant, Task } from './measurement.mjs' */

const { values: options } = parseArgs({
  options: {
    provider: { type: 'string', default: 'webgpu' },
    minutes: { type: 'string', default: '8' },
    sizes: { type: 'string', default: Object.keys(sizes).join() },
    python: { type: 'string', default: 'python3' },
    output: { type: 'string', default: 'gpu.json' },
  },
});
const { provider, python, output } = options;
const end = performance.now() + 60_000 * Number(options.minutes);
if (!(end > performance.now())) {
  console.error(`--minutes ${options.minutes}: a number above 0`);
  process.exit(2);
}

/** Milliseconds after which a command is stopped, so that the others get their turn. */
const LONGEST = 90_000;
/** The largest difference from the plain kernels, relative to the largest value of a result. */
const TOLERANCE = 1e-4;
/** Milliseconds that a command may take now; 0 if there is no time. */
const allowed = () => Math.max(0, Math.min(LONGEST, Math.floor(end - performance.now())));
/** @param {string} path relative to this folder */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** @type {{ [key: string]: unknown, speeds: Record<string, Record<string, number | string>> }} */
const record = {
  date: new Date().toISOString(),
  machine: describeMachine(),
  device: device(),
  provider,
  tolerance: TOLERANCE,
  speeds: {},
};
const save = () => writeFileSync(output, `${JSON.stringify(record, null, 2)}\n`);

record.gradients = gradients();
console.log(`gradients: ${JSON.stringify(record.gradients)}`);
save();

const ours = [here('textloom-step.mjs'), '--engine', 'onnxruntime', '--provider', provider];
const torch = torchWithCuda();
record.pytorch = torch ?? 'no torch with CUDA';
console.log(`pytorch: ${record.pytorch}`);
/** @type {Contestant[]} */
const contestants = [{ name: 'textloom', command: process.execPath, args: ours, env: {} }];
if (torch)
  contestants.push({ name: 'pytorch', command: python, args: [here('peers/pytorch_step.py'), '--device', 'cuda'], env: {} });

for (const size of options.sizes.split(',')) {
  /** @type {Record<string, number | string>} */
  const speeds = {};
  record.speeds[size] = speeds;
  for (const inference of [false, true]) {
    for (const contestant of contestants) {
      const what = `${contestant.name}, ${inference ? 'evaluation' : 'training'}`;
      speeds[what] = await speedOf(contestant, size, { seconds: 2, cell: 'LSTM', inference });
      console.log(`${size}: ${what}: ${speeds[what]}${typeof speeds[what] === 'number' ? ' tokens/s' : ''}`);
      save();
    }
  }
}
console.log(`written to ${output}`);

/**
 * Tokens per second, or why they are not known.
 *
 * @param {Contestant} contestant
 * @param {string} size
 * @param {Task} task
 */
async function speedOf(contestant, size, task) {
  const limit = allowed();
  if (limit === 0) return 'not measured: the time is over';
  try {
    return (await measure(contestant, size, task, limit)).tokensPerSecond;
  } catch (error) {
    return `failed: ${/** @type {Error} */ (error).message.slice(0, 500)}`;
  }
}

/** How far the results of a training step are from the plain kernels', for every cell. */
function gradients() {
  const begin = performance.now();
  const script = here('../test/engine/onnxruntime/device-gradients.js');
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, provider], { encoding: 'utf8', timeout: allowed() });
  const seconds = Math.round((performance.now() - begin) / 100) / 10;
  /** @type {{ case: string, error: number }[]} */
  const cases = stdout
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line));
  const worst = cases.toSorted((a, b) => b.error - a.error)[0];
  const wrong = cases.filter(({ error }) => !(error < TOLERANCE));
  return {
    cases: cases.length,
    worst,
    wrong,
    seconds,
    ...(status !== 0 && { failed: stderr.slice(0, 2000) || `status ${status}` }),
  };
}

/** The version of torch, if it has CUDA and finds a device. */
function torchWithCuda() {
  const program = 'import torch; print(torch.__version__ if torch.cuda.is_available() else "")';
  const { stdout, status } = spawnSync(python, ['-c', program], { encoding: 'utf8', timeout: allowed() });
  return status === 0 && stdout.trim() !== '' ? stdout.trim() : undefined;
}

/** The GPU, as its driver names it. */
function device() {
  const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'];
  const { stdout, status } = spawnSync('nvidia-smi', query, { encoding: 'utf8' });
  if (status === 0) return stdout.trim();
  return process.env.VK_DRIVER_FILES ? `Vulkan by ${process.env.VK_DRIVER_FILES}` : 'unknown';
}
