import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { candidates } from '../../bench/preset-candidates.mjs';
import type { presetNames } from '../../src/commands/init/preset-names.js';
import { chooseConfig } from '../../src/commands/init/run.js';
import { loadConfig } from '../../src/config/load.js';
import { ANY_VOCABULARY } from '../../src/config/model-rules.js';
import { parameterTable } from '../../src/model/parameter-table.js';
import { modelOptions } from '../../src/model/specification.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { smallText } from '../train/run-fixture.js';

/** The config of a preset, as init writes it for a short text, with changes. Where it stands is of no interest. */
async function configOf(preset: (typeof presetNames)[number], set: readonly string[]) {
  const folder = temporaryFolder();
  const corpus = join(folder, 'corpus.txt');
  writeFileSync(corpus, smallText(3000));
  const flags = { directory: folder, corpus, preset, name: preset, time: 'none', yes: true, force: true };
  const { content, path } = await chooseConfig(flags, undefined);
  writeFileSync(path, content);
  const { corpus: _, output: __, ...config } = loadConfig(path, { set });
  return config;
}

describe.each(candidates.map((one) => [`${one.preset}, ${one.name}`, one] as const))('the candidate %s', (_, candidate) => {
  it('is a config that loads, and another one than the preset unless it is the preset', async () => {
    const { preset, changes } = candidate;
    const [plain, changed] = [await configOf(preset, []), await configOf(preset, changes)];
    expect(parameterTable(modelOptions(changed.model, ANY_VOCABULARY)).count).toBeGreaterThan(0);
    if (changes.length === 0) expect(changed).toEqual(plain);
    else expect(changed).not.toEqual(plain);
  });
});

it('each preset with candidates comes first itself', () => {
  for (const preset of new Set(candidates.map((one) => one.preset)))
    expect(candidates.find((one) => one.preset === preset)!.changes).toEqual([]);
});
