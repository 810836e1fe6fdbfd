/** `npm run fuzz -- AREA --count N --seed S`: tries mutants of an input, and prints each defect with the command that repeats it. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { areas } from './areas/index.js';
import { supervise } from './supervise.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
  },
});
const names = positionals.length > 0 ? positionals : [...areas.keys()];
const [count, seed, first] = [values.count, values.seed, values.from].map(Number) as [number, number, number];
const unknown = names.find((name) => !areas.has(name));
if (unknown !== undefined || ![count, seed, first].every(Number.isSafeInteger)) {
  process.stderr.write(
    `usage: npm run fuzz -- [AREA ...] [--count N] [--seed S] [--from I]; areas: ${[...areas.keys()].join(', ')}\n`,
  );
  process.exit(2);
}

const say = (line: string) => void process.stdout.write(`${line}\n`);
const folder = mkdtempSync(join(tmpdir(), 'textloom-fuzz-'));
let defects = 0;
for (const area of names) {
  const counts = { accepted: 0, refused: 0, defect: 0 };
  let slowest = { index: 0, seconds: 0 };
  const start = performance.now();
  say(`${area}: ${count} cases from ${first} on, seed ${seed}`);
  await supervise({
    area,
    seed,
    first,
    count,
    folder,
    onVerdict(index, { kind, note }) {
      counts[kind]++;
      if (kind === 'defect')
        say(`DEFECT ${note}\n  repeat: npm run fuzz -- ${area} --seed ${seed} --from ${index} --count 1\n`);
    },
    onTime(index, seconds) {
      if (seconds > slowest.seconds) slowest = { index, seconds };
    },
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  say(
    `${area}: ${counts.accepted} accepted, ${counts.refused} refused, ${counts.defect} defects in ${seconds} s; ` +
      `the slowest, ${slowest.index}, took ${slowest.seconds.toFixed(1)} s`,
  );
  defects += counts.defect;
}
rmSync(join(folder, 'work'), { recursive: true, force: true });
const kept = join(folder, 'defects');
if (existsSync(kept)) say(`files of the defects: ${kept} (${readdirSync(kept).length})`);
else rmSync(folder, { recursive: true, force: true });
process.exitCode = defects > 0 ? 1 : 0;
