import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { offLinux, skipReason } from '../../outside-programs.js';
import { expectRefusal } from '../expect-refusal.js';
import { shell, textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, write, remove } = createWorkplace();
const disk = join(folder, 'disk');
const mounted = mountSmallDisk();
afterAll(() => {
  if (mounted) execFileSync('umount', [disk]);
  remove();
});

/** A disk of 64 KiB in memory, where this system lets us have one. */
function mountSmallDisk(): boolean {
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A model whose checkpoints are about 26 KB. */
const larger = ['--set', 'model.hiddenSize=20', '--set', 'training.checkpoints.keep=5', '--set', 'training.steps=40'];

describe('the disk', () => {
  const unmounted = skipReason(mounted, 'the right to mount a tmpfs');
  it.skipIf(unmounted)(`being full ends the run, and the last checkpoint remains valid${unmounted}`, async () => {
    const run = join(disk, 'run');
    const outcome = await textloom(['train', 'small.yaml', '--output', run, ...larger], folder);
    expectRefusal(outcome, { code: 7, says: ['the disk is full (ENOSPC)', 'MB are free', 'untouched'] });
    const left = readdirSync(run, { recursive: true, encoding: 'utf8' });
    expect(left.filter((name) => /tmp|lock/.test(name))).toEqual([]);
    const [newest] = left
      .filter((name) => name.startsWith('checkpoints/'))
      .sort()
      .reverse();
    expect(await textloom(['sample', join(run, newest!), '-n', '5'], folder)).toMatchObject({ code: 0 });
  });

  it('refusing a file of that size ends the run', async () => {
    const outcome = await shell(
      `ulimit -f 16; textloom train small.yaml ${larger.map((word) => `'${word}'`).join(' ')}`,
      folder,
    );
    expectRefusal(outcome, { code: 7, says: ['larger than the limit (see ulimit -f)'] });
  });

  it('having no space for the first checkpoint does not leave a run that seems resumable', async () => {
    const outcome = await shell(
      `ulimit -f 16; textloom train small.yaml --output first ${larger.map((word) => `'${word}'`).join(' ')} --set model.hiddenSize=60`,
      folder,
    );
    expectRefusal(outcome, { code: 7, says: ['step-00000000', 'no checkpoint before it', '--overwrite'] });
    expect(outcome.stderr).not.toContain('can be resumed');
    expect(await textloom(['train', 'small.yaml', '--output', 'first', '--overwrite', '--quiet'], folder)).toMatchObject({
      code: 0,
    });
  });

  // Node itself needs about thirty.
  it.skipIf(offLinux)(`allowing too few open files is not reported as a bug${offLinux}`, async () => {
    // Enough for Node to start the program, and not for a command of many modules.
    const outcome = await shell('ulimit -n 36; textloom diagnose small.yaml', folder);
    expectRefusal(outcome, { code: 7, says: ['too many files are open', 'ulimit -n 1024'] });
  });

  it('having no space for the tokens of the corpus is reported, and no file is left behind', async () => {
    const cache = join(folder, 'cache');
    write('long.txt', 'The fox saw the crow.\n'.repeat(3000));
    const flags = `--set corpus.path=long.txt --set corpus.cache=${cache} --output runs/cached`;
    const outcome = await shell(`ulimit -f 16; textloom train small.yaml ${flags}`, folder);
    expectRefusal(outcome, { code: 7, says: ['tokens-', 'larger than the limit', 'corpus.cache: off'] });
    expect(readdirSync(cache).filter((name) => name.includes('tokens-'))).toEqual([]);
    expectRefusal(
      await textloom(['train', 'small.yaml', '--set', 'corpus.cache=corpus.txt', '--output', 'runs/cached'], folder),
      {
        code: 7,
        says: ['corpus.txt', 'corpus.cache: off'],
      },
    );
  });

  const noFullDevice = skipReason(existsSync('/dev/full'), '/dev/full');
  it.skipIf(noFullDevice)(`being full at the destination of the output is reported${noFullDevice}`, async () => {
    expectRefusal(await shell('textloom --help >/dev/full', folder), { code: 7, says: ['cannot write the output', 'ENOSPC'] });
  });

  it('having a file at the path of the run directory is reported', async () => {
    expectRefusal(await textloom(['train', 'small.yaml', '--output', 'corpus.txt'], folder), {
      code: 7,
      says: 'a file where a folder is needed',
    });
  });
});
