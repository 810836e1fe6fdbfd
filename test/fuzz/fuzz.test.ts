import { expect, it } from 'vitest';
import { createRandom } from '../../src/foundation/random.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { areas } from './areas/index.js';

/** A few mutants of each input, always the same ones: `npm run fuzz` tries more, and watches their time and memory. */
const counts = {
  models: 90,
  checkpoints: 25,
  onnx: 60,
  configs: 150,
  tokenizers: 150,
  imports: 60,
  caches: 80,
  expressions: 100,
};
const SEED = 1;

it.each(Object.entries(counts))('%s: %i mutants are refused with a message or read correctly', async (area, count) => {
  const folder = temporaryFolder();
  const fuzzer = await areas.get(area)!(folder);
  for (let index = 0; index < count; index++) {
    const { kind, note } = await fuzzer.runCase(createRandom(SEED, index));
    expect(kind, `npm run fuzz -- ${area} --seed ${SEED} --from ${index} --count 1\n${note}`).not.toBe('defect');
  }
});
