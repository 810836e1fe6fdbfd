// One process of bench/processes.mjs.
//
// usage: mpirun -n N node bench/team-step.mjs SIZE --microbatches M [--engine NAME] [--seconds S] [--apart]
// The first process prints one JSON line: tokens per second of all of them, and how they spend a step. With --apart each trains for itself,
// with all microbatches, at the same time as the others.

import { parseArgs } from 'node:util';
import { createOnnxRuntimeEngine } from '../dist/engine/onnxruntime/onnxruntime-engine.js';
import { createTypedArrayEngine } from '../dist/engine/typed-array/typed-array-engine.js';
import { joinMpiTeam } from '../dist/parallel/mpi-team.js';
import { measureTeam, timedTeam } from '../dist/train/measure-team.js';
import { median } from './report.mjs';
import { createTrainingStep } from './steps.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    microbatches: { type: 'string', default: '1' },
    engine: { type: 'string', default: 'typed-array' },
    seconds: { type: 'string', default: '6' },
    apart: { type: 'boolean', default: false },
  },
});

const now = () => performance.now() / 1000;
const team = await joinMpiTeam(process.env, { now, onSilent: () => {} });
const engine =
  values.engine === 'onnxruntime'
    ? await createOnnxRuntimeEngine({ threads: 1 })
    : createTypedArrayEngine({ shards: 1, threads: 1 });
const timed = timedTeam(team, now);
const parts = { microbatches: Number(values.microbatches), ...(!values.apart && { team: timed.team }) };
const { tokens, run, session } = createTrainingStep(engine, String(positionals[0]), 'LSTM', parts);
for (let i = 0; i < 3; i++) await run();
/** @type {number[]} */
const steps = [];
/** @type {number[]} */
const computing = [];
const end = now() + Number(values.seconds);
// All processes make the same number of steps: the first one decides. A training asks the others at each step, too.
for (let goesOn = true; goesOn; ) {
  const [begun, before] = [now(), timed.spent()];
  await run();
  const alone = now() - begun;
  const [first] = await timed.team.gather([Number(now() < end)]);
  goesOn = first?.[0] === 1;
  steps.push(values.apart ? alone : now() - begun);
  computing.push(now() - begun - (timed.spent() - before));
}
const step = median(steps);
const all = await team.gather([tokens / step, median(computing)]);
const speeds = all.map(([speed]) => Number(speed));
// All wait for the slowest.
const secondsComputing = Math.max(...all.map(([, seconds]) => Number(seconds)));
const tokensPerSecond = values.apart ? speeds.reduce((sum, speed) => sum + speed) : Number(speeds[0]);
const spent =
  team.size > 1
    ? (await measureTeam(team, session, { step, computing: median(computing), precision: 'float32', everySteps: 1 }, now))
        .measured
    : undefined;
engine.close();
await team.close();
if (team.rank === 0)
  console.log(JSON.stringify({ name: team.name, tokensPerSecond, secondsPerStep: step, secondsComputing, ...spent }));
