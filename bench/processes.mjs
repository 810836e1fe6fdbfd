// What training with several processes gains: tokens per second of N processes over MPI, with one thread each, beside one process.
//
// usage: node bench/processes.mjs SIZE [--processes N] [--engine typed-array|onnxruntime] [--rounds R] [--seconds S] [--mpirun COMMAND]
//          [--link RATE [--delay MILLISECONDS]]
// Prints one JSON line. Needs `npm run build` first, and Open MPI or MPICH. Efficiency is the speed of N processes divided by
//
// - `one`: N times the speed of one process that computes the same microbatches,
// - `whole`: N times the speed of one process that computes the whole batch at once,
// - `apart`: the speeds together of N processes that train at the same time, each for itself: they share the caches and the memory of the
//   machine as well, but exchange nothing.
//
// With --link, two processes are also started on two hosts, which are network namespaces, with a link of such a rate (`1gbit`) between them,
// and the time of a step is predicted from what the processes compute, the rate and the delay. Needs root and Open MPI; --delay also python3.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from './report.mjs';
import { bytesPerSecond, GOODPUT, openTwoHosts } from './two-hosts.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    processes: { type: 'string', default: '2' },
    engine: { type: 'string', default: 'typed-array' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '6' },
    mpirun: { type: 'string', default: 'mpirun' },
    link: { type: 'string' },
    delay: { type: 'string' },
  },
});
const size = String(positionals[0]);
/**
 * How often a step of two processes waits for a message on its way: the slices and the sums of the gradients, each announced, allowed and
 * sent, and two short messages, the losses and whether to stop.
 */
const DELAYS = 2 * 3 + 2;
const processes = Number(values.processes);
const program = fileURLToPath(new URL('team-step.mjs', import.meta.url));

/**
 * @typedef {object} Figures
 * @property {string} name
 * @property {number} tokensPerSecond
 * @property {number} secondsPerStep
 * @property {number} secondsComputing of the slowest process, in a step
 * @property {number} [secondsPerExchange]
 * @property {number} [bytesPerStep]
 * @property {number} [efficiency] as `train --dry-run` says it
 */

/** @param {readonly string[]} mpirun @param {number} count @param {readonly string[]} flags @returns {Figures} */
function start(mpirun, count, flags) {
  const [command, ...args] = mpirun;
  const settings = [size, '--engine', values.engine, '--seconds', values.seconds, ...flags];
  const { stdout, stderr } = spawnSync(
    String(command),
    [...args, '-n', String(count), process.execPath, program, ...settings],
    {
      encoding: 'utf8',
    },
  );
  const line = stdout.trim().split('\n').at(-1);
  if (!line) throw new Error(stderr);
  return JSON.parse(line);
}

const here = values.mpirun.split(' ');
const shared = ['--microbatches', String(processes)];
const delay = values.delay === undefined ? undefined : Number(values.delay) / 1000;
const hosts = values.link === undefined ? undefined : await openTwoHosts(values.link, delay);
/** @type {Record<'several' | 'one' | 'whole' | 'apart' | 'linked', Figures[]>} */
const rounds = { several: [], one: [], whole: [], apart: [], linked: [] };
try {
  for (let round = 0; round < Number(values.rounds); round++) {
    rounds.several.push(start(here, processes, shared));
    rounds.one.push(start(here, 1, shared));
    rounds.whole.push(start(here, 1, []));
    rounds.apart.push(start(here, processes, [...shared, '--apart']));
    if (hosts) rounds.linked.push(start(hosts.command, 2, shared));
  }
} finally {
  hosts?.close();
}

/** The median over the rounds. @param {keyof typeof rounds} name @param {keyof Figures} key */
const of = (name, key) => median(rounds[name].map((figures) => Number(figures[key])));
/** @param {number} value */
const rounded = (value) => Number(value.toPrecision(3));
const speed = of('several', 'tokensPerSecond');
const one = of('one', 'tokensPerSecond');
const exchange = of('several', 'secondsPerExchange');
const result = {
  mpi: rounds.several[0]?.name,
  engine: values.engine,
  size,
  processes,
  tokensPerSecond: Math.round(speed),
  efficiency: {
    one: rounded(speed / (processes * one)),
    whole: rounded(speed / (processes * of('whole', 'tokensPerSecond'))),
    apart: rounded(speed / of('apart', 'tokensPerSecond')),
  },
  secondsPerStep: rounded(of('several', 'secondsPerStep')),
  secondsPerExchange: rounded(exchange),
  bytesPerStep: of('several', 'bytesPerStep'),
};
/** Of a step: what the slowest process computes, the bytes at the speed of the link, and the delays of its messages. */
const predicted = (/** @type {string} */ rate) =>
  of('linked', 'secondsComputing') + of('linked', 'bytesPerStep') / (GOODPUT * bytesPerSecond(rate)) + DELAYS * (delay ?? 0);
console.log(
  JSON.stringify({
    ...result,
    ...(values.link !== undefined && {
      link: {
        rate: values.link,
        delay: values.delay,
        efficiency: rounded(of('linked', 'efficiency')),
        secondsPerStep: rounded(of('linked', 'secondsPerStep')),
        predicted: rounded(predicted(values.link)),
        secondsPerExchange: rounded(of('linked', 'secondsPerExchange')),
      },
    }),
  }),
);
