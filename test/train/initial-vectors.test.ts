import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { exportVectors } from '../../src/export/vectors-export.js';
import { UserError } from '../../src/foundation/errors.js';
import { readCheckpoint } from '../../src/run/checkpoint.js';
import { openModel } from '../../src/run/open-model.js';
import { listCheckpoints, runLayout } from '../../src/run/run-directory.js';
import { readWordVectors } from '../../src/text/word-vectors/read-vectors.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { resultOf, smallConfig, train } from './run-fixture.js';

const columns = 3;

/** Configs of one small run of words, without and with vectors of two of them. */
function project() {
  const folder = temporaryFolder();
  const path = join(folder, 'small.vec');
  writeFileSync(path, `3 ${columns}\nthe 1 2 3\none -0.1 0.25 1e-3\nlion 7 8 9\n`);
  const config = (vectors?: Record<string, unknown>) => {
    const model = { embeddingSize: columns, ...(vectors && { initialization: { vectors: { path, ...vectors } } }) };
    return { ...smallConfig(folder, { epochs: 1 }, model), tokenizer: { type: 'word', minimumCount: 1 } as const };
  };
  return { folder, path, config };
}

/** The parameters that a run begins with, and what it says. */
async function beginningOf(config: ReturnType<typeof smallConfig>, directory: string) {
  const notices: string[] = [];
  await train(config, directory, { stopRequested: () => true, onNotice: (notice) => void notices.push(notice) });
  const { parameters, tokenizer } = readCheckpoint(listCheckpoints(runLayout(directory).checkpoints).at(-1)!.path);
  const byName = new Map(parameters.map(({ name, data }) => [name, data]));
  return { byName, tokens: (tokenizer as unknown as { tokens: string[] }).tokens, notices };
}

describe('a run that begins with word vectors', () => {
  it('has them in the rows of the tokens in the file, and everything else as without them', async () => {
    const { folder, path, config } = project();
    const plain = await beginningOf(config(), join(folder, 'plain'));
    const run = await beginningOf(config({}), join(folder, 'run'));
    const rows = Float32Array.from(plain.byName.get('encoder.weight')!);
    rows.set([1, 2, 3], columns * run.tokens.indexOf('the'));
    rows.set([-0.1, 0.25, 1e-3], columns * run.tokens.indexOf('one'));
    expect(run.byName.get('encoder.weight')).toEqual(rows);
    for (const [name, values] of plain.byName)
      if (name !== 'encoder.weight') expect(run.byName.get(name), name).toEqual(values);
    const { length } = run.tokens;
    const share = ((2 / length) * 100).toFixed(1);
    expect(run.notices).toContain(`vectors of ${path}: 2 of ${length} tokens (${share}%) have one, the others are initialized`);
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    const yaml = readFileSync(runLayout(join(folder, 'run')).config, 'utf8');
    expect(yaml).toContain(`sha256: ${sha256}\n`);
  });

  it('is resumed with the same bits, without the file', async () => {
    const { folder, path, config } = project();
    await train(config({}), join(folder, 'whole'));
    let left = 5;
    await train(config({}), join(folder, 'pieces'), { stopRequested: () => left-- === 0 });
    rmSync(path);
    await train(config({}), join(folder, 'pieces'), { start: 'resume' });
    expect(resultOf(join(folder, 'pieces'))).toEqual(resultOf(join(folder, 'whole')));
  });

  it('is refused for another file than the one whose digest the config has', async () => {
    const { folder, config } = project();
    const error = await train(config({ sha256: 'b'.repeat(64) }), join(folder, 'run')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(/^model\.initialization\.vectors\.sha256 is b{64}, and .*small\.vec has /);
  });
});

describe('exportVectors', () => {
  it.each(['word', 'character', 'byte'] as const)('writes an embedding that is read with the same bits: %s', async (type) => {
    const { folder, config } = project();
    await train({ ...config(), tokenizer: { type } as never }, join(folder, 'run'));
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const model = openModel(join(folder, 'run'), engine);
    const path = join(folder, `${type}.vec`);
    const [file] = exportVectors(model, path);
    expect(file).toEqual({ path, bytes: readFileSync(path).length, what: 'vectors' });
    const { ids, values } = await readWordVectors(path, model.tokenizer, columns);
    const size = model.tokenizer.vocabulary.size;
    expect([...ids]).toEqual(Array.from({ length: size }, (_, id) => id));
    const embedding = model.table.entries.find(({ name }) => name === 'encoder.weight')!;
    expect(values).toEqual(Float32Array.from(model.arena.subarray(embedding.offset, embedding.offset + embedding.length)));
    engine.close();
    expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^${size} ${columns}\n`));
  });
});
