/** Runs the cases of one area, one after the other, and tells its parent of each. Started by `supervise.ts`. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../../src/foundation/random.js';
import { areas } from './areas/index.js';
import { defect, keepCase, type Verdict } from './fuzzer.js';

export type Message =
  | { readonly type: 'starts'; readonly index: number }
  | { readonly type: 'ended'; readonly index: number; readonly verdict: Verdict };

const [area = '', folder = '', defects = '', seed, first, last] = process.argv.slice(2);

let current = Number(first);
const send = (message: Message) => new Promise<void>((resolve) => void process.send!(message, () => resolve()));

process.on('uncaughtException', async (error) => {
  await send({ type: 'ended', index: current, verdict: defect(`not caught: ${error.stack}`, []) });
  process.exit(1);
});

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const fuzzer = await areas.get(area)!(folder);
for (; current < Number(last); current++) {
  await send({ type: 'starts', index: current });
  const verdict = await fuzzer
    .runCase(createRandom(Number(seed), current))
    .catch((error: Error) => defect(`thrown: ${error.stack}`, []));
  if (verdict.kind === 'defect') keepCase(join(folder, 'case'), join(defects, `${area}-${seed}-${current}`));
  await send({ type: 'ended', index: current, verdict });
}
process.exit();
