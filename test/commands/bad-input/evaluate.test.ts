import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { JsonMap } from '../../../src/foundation/strict-json.js';
import { onWindows } from '../../outside-programs.js';
import { writeRandomModel } from '../../sample/trained-model.js';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, write, remove } = createWorkplace();
afterAll(remove);
writeRandomModel(folder);
writeRandomModel(folder, { tokenizer: { type: 'character', tokens: [...'the \n'] } }, 'few.safetensors');
write('hare.txt', 'the hare and the tortoise.\n'.repeat(10));
write('broken.safetensors', 'not a model');
mkdirSync(join(folder, 'taken'));

const cases: readonly [flags: string, code: number, ...says: string[]][] = [
  ['--stride 5', 2, '--stride without --window', 'give both, or neither'],
  ['--window 0', 2, '--window 0: a whole number at least 1'],
  ['--window 1.5', 2, '--window 1.5: a whole number'],
  ['--window wide', 2, '--window wide: a whole number'],
  ['--window 10 --stride 11', 2, '--stride 11: a whole number at least 1 and at most 10'],
  ['--window 10 --stride 0', 2, '--stride 0'],
  ['--confidence 0', 2, '--confidence 0: a number above 0 and at most 0.999'],
  ['--confidence 95', 2, '--confidence 95: a number above 0 and at most 0.999'],
  ['--bootstrap-block 0', 2, '--bootstrap-block 0: a whole number at least 1'],
  ['--bootstrap-block 27', 2, '--bootstrap-block 27', '269 tokens', 'give at most 26'],
  ['--seed -1', 2, '--seed -1: a whole number at least 0'],
  ['--unit word', 2, '--unit without --surprisals'],
  ['--surprisals s.tsv --unit line', 2, '--unit "line": allowed are token, word'],
  ['--surprisals - --json', 2, '--surprisals - and --json', 'give --surprisals a file'],
  ['--surprisals - --heatmap', 2, '--surprisals - and --heatmap'],
  ['--surprisals nowhere/s.tsv', 2, '--surprisals nowhere/s.tsv: there is no folder nowhere'],
  ['--surprisals taken', 2, '--surprisals taken is a folder'],
  ['--heatmap --json', 2, '--json and --heatmap'],
  ['--compare nowhere.safetensors', 4, 'nowhere.safetensors'],
  ['--compare broken.safetensors', 4, 'broken.safetensors'],
  ['--compare few.safetensors', 3, 'hare.txt cannot be read by few.safetensors', 'not in the vocabulary'],
];

describe.concurrent('textloom evaluate model.safetensors hare.txt', () => {
  it.for(cases)('%s', async ([flags, code, ...says]) => {
    const args = ['evaluate', 'model.safetensors', 'hare.txt', ...flags.split(' ')];
    expectRefusal(await textloom(args, folder), { code, says });
  });
});

describe.skipIf(onWindows).concurrent(`the corpus that a model file names${onWindows}`, () => {
  const text = 'the hare and the tortoise.\n';
  const named = (name: string, corpus: JsonMap) => writeRandomModel(folder, { corpus }, name);

  it('is shown before it is read, and its tokens are stored only in the cache of the user', async () => {
    write('named.txt', text.repeat(40));
    named('cache.safetensors', { path: 'named.txt', cache: join(folder, 'chosen') });
    const { code, stderr } = await textloom(['evaluate', 'cache.safetensors'], folder);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'reading the test split of the corpus that cache.safetensors names: named.txt\n',
    });
    expect(existsSync(join(folder, 'chosen'))).toBe(false);
  });

  it('cannot control the terminal by its name', async () => {
    named('name.safetensors', { path: '\u001b[31mnowhere.txt' });
    const { stderr } = await textloom(['evaluate', 'name.safetensors'], folder);
    expect(stderr).toContain('nowhere.txt');
    expect(stderr).not.toContain('\u001b');
  });

  it.for<[name: string, corpus: JsonMap]>([
    ['pipe', { path: 'pipe' }],
    ['link', { path: 'link' }],
    ['device', { path: '/dev/zero' }],
    ['part', { train: 'hare.txt', test: ['hare2.txt', 'pipe'] }],
    ['other-part', { train: 'pipe', test: 'hare.txt' }],
  ])('is refused where it is no regular file: %s', async ([name, corpus]) => {
    named(`${name}.safetensors`, corpus);
    expectRefusal(await textloom(['evaluate', `${name}.safetensors`, '--json'], folder), {
      code: 3,
      says: ['is not a regular file', 'reading the test split of the corpus', 'give a TEXT'],
    });
  });
  write('hare2.txt', text);
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  symlinkSync('pipe', join(folder, 'link'));
});
