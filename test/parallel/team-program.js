// usage: mpirun -n N node team-program.js: calls every function of a team, and writes what this process got to rank-R.json.

import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { joinMpiTeam } from '../../dist/parallel/mpi-team.js';

/** @type {unknown[]} */
const silences = [];
const onSilent = (/** @type {readonly number[]} */ ranks) => silences.push(ranks);
const team = await joinMpiTeam(process.env, { now: () => performance.now() / 1000, patience: 1, onSilent });
const { rank, size, name } = team;

/** @param {number} count @param {number} from */
const values = (count, from) => Float32Array.from({ length: count }, (_, i) => Math.fround(0.1 * (i + 1) * (from + 1)));
/** Memory that does not move, as an engine's. @param {Float32Array} array */
const fixed = (array) => {
  const copy = new Float32Array(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
};

const sums = [];
// Fewer values than processes, as many, and a number that no number of processes divides; twice, because arrays are used again.
for (const length of [1, size, 1001, 1001]) {
  const own = fixed(values(length, rank));
  await team.sum(own);
  sums.push(Array.from(own));
}
const rounded = fixed(values(1001, rank));
await team.sum(rounded, 'bfloat16');
const gathered = await team.gather([rank, rank / 3]);
const told = await team.tell(rank === 0 ? `wörd\n${'x'.repeat(1e5)}` : undefined);
const brought = [fixed(values(3, rank)), fixed(values(1, rank))];
for (let from = 1; from < size; from++) await team.bring(brought, from);
// The last one is late, so that the others miss it.
if (rank === size - 1) await sleep(2500);
await team.gather([]);
await team.close();
const result = {
  name,
  sums,
  rounded: Array.from(rounded),
  gathered,
  told,
  brought: brought.map((array) => Array.from(array)),
  silences,
};
writeFileSync(`rank-${rank}.json`, JSON.stringify(result));
