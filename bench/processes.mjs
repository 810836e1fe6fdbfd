// What training with several processes gains: tokens per second of N processes over MPI, with one thread each, beside one process.
//
// usage: node bench/processes.mjs SIZE [--processes N] [--engine typed-array|onnxruntime] [--rounds R] [--seconds S] [--mpirun COMMAND]
// Prints one JSON line. Needs `npm run build` first, and Open MPI or MPICH. Efficiency is the speed of N processes divided by N times that
// of one process: once of one that computes the same microbatches, once of one that computes the whole batch at once.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createOnnxRuntimeEngine } from '../dist/engine/onnxruntime/onnxruntime-engine.js';
import { createTypedArrayEngine } from '../dist/engine/typed-array/typed-array-engine.js';
import { joinMpiTeam } from '../dist/parallel/mpi-team.js';
import { median } from './report.mjs';
import { createTrainingStep } from './steps.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    processes: { type: 'string', default: '2' },
    engine: { type: 'string', default: 'typed-array' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '6' },
    mpirun: { type: 'string', default: 'mpirun' },
    microbatches: { type: 'string' },
  },
});
const size = String(positionals[0]);

/** The speed of this process and the others of its team. @param {number} microbatches */
async function measure(microbatches) {
  const team = await joinMpiTeam(process.env, { now: () => performance.now() / 1000, onSilent: () => {} });
  const engine =
    values.engine === 'onnxruntime'
      ? await createOnnxRuntimeEngine({ threads: 1 })
      : createTypedArrayEngine({ shards: 1, threads: 1 });
  const step = createTrainingStep(engine, size, 'LSTM', { microbatches, team });
  for (let i = 0; i < 3; i++) await step.run();
  const times = [];
  const end = performance.now() + 1000 * Number(values.seconds);
  // All processes make the same number of steps: the first one decides.
  for (let goOn = true; goOn; ) {
    const start = performance.now();
    await step.run();
    times.push(performance.now() - start);
    const [first] = await team.gather([Number(performance.now() < end)]);
    goOn = first?.[0] === 1;
  }
  engine.close();
  await team.close();
  if (team.rank === 0) console.log(JSON.stringify({ name: team.name, tokensPerSecond: (1000 * step.tokens) / median(times) }));
}

/** @param {number} processes @param {number} microbatches @returns {{ name: string, tokensPerSecond: number }} */
function start(processes, microbatches) {
  const [command, ...args] = values.mpirun.split(' ');
  const program = [
    process.execPath,
    fileURLToPath(import.meta.url),
    size,
    '--engine',
    values.engine,
    '--seconds',
    values.seconds,
  ];
  const { stdout, stderr } = spawnSync(
    String(command),
    [...args, '-n', String(processes), ...program, '--microbatches', String(microbatches)],
    { encoding: 'utf8' },
  );
  const line = stdout.trim().split('\n').at(-1);
  if (!line) throw new Error(stderr);
  return JSON.parse(line);
}

if (values.microbatches !== undefined) await measure(Number(values.microbatches));
else {
  const processes = Number(values.processes);
  /** @type {Record<'several' | 'one' | 'whole', number[]>} */
  const speeds = { several: [], one: [], whole: [] };
  let name = '';
  for (let round = 0; round < Number(values.rounds); round++) {
    const several = start(processes, processes);
    name = several.name;
    speeds.several.push(several.tokensPerSecond);
    speeds.one.push(start(1, processes).tokensPerSecond);
    speeds.whole.push(start(1, 1).tokensPerSecond);
  }
  const [several, one, whole] = [median(speeds.several), median(speeds.one), median(speeds.whole)];
  const efficiency = (/** @type {number} */ of) => Number((several / (processes * of)).toFixed(3));
  console.log(
    JSON.stringify({
      mpi: name,
      engine: values.engine,
      size,
      processes,
      tokensPerSecond: Math.round(several),
      oneProcess: { tokensPerSecond: Math.round(one), efficiency: efficiency(one) },
      wholeBatch: { tokensPerSecond: Math.round(whole), efficiency: efficiency(whole) },
    }),
  );
}
