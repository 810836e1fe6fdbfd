import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { evaluatePerplexity } from '../../src/evaluate/perplexity.js';
import { createRandom } from '../../src/foundation/random.js';
import { openModel } from '../../src/run/open-model.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { pythonWithTorch, withoutTorch } from '../outside-programs.js';
import { writeRandomModel } from '../sample/trained-model.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
afterAll(() => engine.close());
const script = fileURLToPath(new URL('./evaluate_in_torch.py', import.meta.url));

describe.skipIf(!pythonWithTorch)(`perplexity is what PyTorch computes from the same weights${withoutTorch}`, () => {
  test('an LSTM with tied weights', async () => {
    const folder = temporaryFolder();
    const path = writeRandomModel(folder, { tieWeights: true, range: 0.4 });
    const model = openModel(path, engine);
    const random = createRandom(3);
    const tokens = Int32Array.from({ length: 1234 }, () => random.integer(model.options.vocabularySize));
    writeFileSync(join(folder, 'ids'), tokens);
    const { stdout, stderr } = spawnSync(pythonWithTorch!, [script, path, join(folder, 'ids')], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const torch = JSON.parse(stdout);
    const own = await evaluatePerplexity({ model, engine, tokens });
    expect(torch.tokens).toBe(own.tokens);
    expect(Math.abs(own.perplexity / torch.perplexity - 1)).toBeLessThan(1e-5);
  });
});
