import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FileSystem, nodeFileSystem } from '../../src/files/file-system.js';
import { writeSafetensors } from '../../src/files/safetensors-writer.js';
import { UserError } from '../../src/foundation/errors.js';
import { createRandom } from '../../src/foundation/random.js';
import { type Checkpoint, readCheckpoint } from '../../src/run/checkpoint.js';
import { readModelFile } from '../../src/run/model-file.js';
import {
  findGoodCheckpoint,
  listCheckpoints,
  openRunDirectory,
  removeEmptyRun,
  runLayout,
} from '../../src/run/run-directory.js';
import { compileRunRoom } from '../files/compiled.js';
import { failingFileSystem } from '../files/failing-file-system.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { userErrorOf } from '../foundation/thrown.js';
import { testSeed } from '../random-seed.js';

function checkpointOf(step: number): Checkpoint {
  return {
    config: { name: 'fables' },
    tokenizer: { type: 'character' },
    parameters: [{ name: 'w', shape: [3], data: new Float32Array(3).fill(step) }],
    trainer: { step },
    optimizer: [],
    state: [],
  };
}

const newestFirst = (path: string) => listCheckpoints(runLayout(path).checkpoints).map(({ step }) => step);

describe('openRunDirectory', () => {
  /** The real file system, except that one operation on paths with this ending is refused. */
  const refusing = (name: 'rename' | 'unlink' | 'list', ending: string, code = 'EIO'): FileSystem => {
    const refuse = (path: string) => {
      if (path.endsWith(ending)) throw Object.assign(new Error(code), { code, syscall: name });
    };
    const changed: Pick<FileSystem, typeof name> = {
      rename(from, to) {
        refuse(to);
        nodeFileSystem.rename(from, to);
      },
      unlink(path) {
        refuse(path);
        nodeFileSystem.unlink(path);
      },
      list(path) {
        refuse(path);
        return nodeFileSystem.list(path);
      },
    };
    return { ...nodeFileSystem, [name]: changed[name] };
  };

  it.each(['metrics.jsonl', 'checkpoints', 'tensorboard'])(
    'refuses a symbolic link in the place of %s, and touches nothing behind it',
    (name) => {
      const elsewhere = temporaryFolder();
      writeFileSync(join(elsewhere, 'step-00000001.safetensors'), 'not ours');
      writeFileSync(join(elsewhere, '.a.1.tmp'), 'not ours');
      writeFileSync(join(elsewhere, 'file'), 'not ours');
      const path = temporaryFolder();
      symlinkSync(name === 'metrics.jsonl' ? join(elsewhere, 'file') : elsewhere, join(path, name));
      const error = userErrorOf(() => openRunDirectory(path, { keep: 1 }));
      expect([error.kind, error.message]).toEqual(['disk', expect.stringContaining('symbolic link')]);
      expect(readdirSync(elsewhere).map((file) => readFileSync(join(elsewhere, file), 'utf8'))).toEqual(
        Array(3).fill('not ours'),
      );
      expect(existsSync(join(path, 'lock'))).toBe(false);
    },
  );

  it('replaces symbolic links at the paths of other files, and does not change their targets', () => {
    const elsewhere = join(temporaryFolder(), 'file');
    writeFileSync(elsewhere, 'not ours');
    const path = temporaryFolder();
    for (const name of ['config.yaml', 'model.safetensors', 'tokenizer.json']) symlinkSync(elsewhere, join(path, name));
    const run = openRunDirectory(path, { keep: 1 });
    run.writeConfig('name: fables\n');
    run.writeModel(checkpointOf(1));
    run.writeTokenizer('{}');
    run.clear();
    run.close();
    expect(readFileSync(elsewhere, 'utf8')).toBe('not ours');
  });

  it('creates the directory with the documented layout', () => {
    const path = join(temporaryFolder(), 'runs/deep/fables');
    const run = openRunDirectory(path, { keep: 2 });
    expect(run.isUsed()).toBe(false);
    run.writeConfig('name: fables\n');
    run.writeModel(checkpointOf(1));
    run.metrics.append({ step: 1 });
    expect(run.writeCheckpoint(1234, checkpointOf(1234))).toBe(join(path, 'checkpoints/step-00001234.safetensors'));
    run.close();
    expect(readdirSync(path).sort()).toEqual(['checkpoints', 'config.yaml', 'metrics.jsonl', 'model.safetensors']);
    expect(readdirSync(join(path, 'checkpoints'))).toEqual(['step-00001234.safetensors']);
    expect(readFileSync(join(path, 'config.yaml'), 'utf8')).toBe('name: fables\n');
    expect(readModelFile(join(path, 'model.safetensors')).config).toEqual({ name: 'fables' });
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses to keep %d checkpoints', (keep) => {
    expect(() => openRunDirectory(join(temporaryFolder(), 'run'), { keep })).toThrow(RangeError);
  });

  it('lets one process in at a time', () => {
    const path = temporaryFolder();
    const run = openRunDirectory(path, { keep: 1 });
    expect(userErrorOf(() => openRunDirectory(path, { keep: 1 })).kind).toBe('locked');
    run.close();
    openRunDirectory(path, { keep: 1 }).close();
  });

  it('deletes temporary files that killed runs left, and nothing else', () => {
    const path = temporaryFolder();
    mkdirSync(join(path, 'checkpoints'));
    const kept = ['notes.tmp', '.hidden', '.a.txt.tmp'];
    for (const name of [...kept, '.config.yaml.123.tmp', '.model.safetensors.4.tmp']) writeFileSync(join(path, name), '');
    writeFileSync(join(path, 'checkpoints/.step-00000001.safetensors.99.tmp'), '');
    openRunDirectory(path, { keep: 1 }).close();
    expect(readdirSync(path).sort()).toEqual([...kept, 'checkpoints', 'metrics.jsonl'].sort());
    expect(readdirSync(join(path, 'checkpoints'))).toEqual([]);
  });

  it('recognizes a used directory, and deletes only files that runs write', () => {
    const path = temporaryFolder();
    const run = openRunDirectory(path, { keep: 2 });
    writeFileSync(join(path, 'notes.txt'), 'mine');
    writeFileSync(join(path, 'checkpoints/notes.txt'), 'mine');
    run.createEventFile(1_700_000_000);
    const uses = [
      () => run.writeConfig(''),
      () => run.writeModel(checkpointOf(1)),
      () => run.writeCheckpoint(1, checkpointOf(1)),
    ];
    for (const use of uses) {
      expect(run.isUsed()).toBe(false);
      use();
      run.metrics.append({ step: 1 });
      expect(run.isUsed()).toBe(true);
      run.clear();
      expect(run.metrics.length).toBe(0);
    }
    run.close();
    expect(readdirSync(path).sort()).toEqual(['checkpoints', 'metrics.jsonl', 'notes.txt']);
    expect(readdirSync(join(path, 'checkpoints'))).toEqual(['notes.txt']);
  });

  it('refuses the number of a step that is none', () => {
    const run = openRunDirectory(temporaryFolder(), { keep: 1 });
    for (const step of [-1, 0.5, Number.NaN]) expect(() => run.writeCheckpoint(step, checkpointOf(1))).toThrow(RangeError);
    run.writeCheckpoint(0, checkpointOf(0));
    run.close();
  });

  it('says of a checkpoint that cannot be written whether there is one before it', () => {
    const refusedAt = (refused: number) => {
      const files = refusing('rename', `step-0000000${refused}.safetensors`);
      const run = openRunDirectory(temporaryFolder(), { keep: 1, files });
      try {
        for (const step of [0, 1]) run.writeCheckpoint(step, checkpointOf(step));
      } finally {
        run.close();
      }
    };
    expect(userErrorOf(() => refusedAt(0)).message).toContain(
      'no checkpoint before it to resume from: start again with --overwrite',
    );
    expect(userErrorOf(() => refusedAt(1)).message).toContain('checkpoints before it are untouched: the run can be resumed');
  });

  it.each([
    ['config.yaml', 'The previous file is unchanged'],
    ['tokenizer.json', 'The previous file is unchanged'],
    ['model.safetensors', 'The best model before it is untouched'],
  ])('reports that it cannot write %s', (name, kept) => {
    const path = temporaryFolder();
    const run = openRunDirectory(path, { keep: 1, files: refusing('rename', name) });
    const write = () => {
      run.writeConfig('');
      run.writeTokenizer('{}');
      run.writeModel(checkpointOf(1));
    };
    const { kind, message } = userErrorOf(write);
    run.close();
    expect(kind).toBe('disk');
    expect(message).toContain(`cannot write ${join(path, name)}: the device reported an error (EIO). ${kept}`);
  });

  it('reports that it cannot delete a checkpoint, but not that one is gone already', () => {
    const deleting = (code: string) => {
      const files = refusing('unlink', 'step-00000001.safetensors', code);
      const run = openRunDirectory(temporaryFolder(), { keep: 1, files });
      try {
        for (const step of [1, 2]) run.writeCheckpoint(step, checkpointOf(step));
      } finally {
        run.close();
      }
    };
    const { kind, message } = userErrorOf(() => deleting('EIO'));
    expect(kind).toBe('disk');
    expect(message).toMatch(/^cannot delete .*step-00000001\.safetensors: .* \(EIO\)\. All that is newer is safe\.$/);
    expect(() => deleting('ENOENT')).not.toThrow();
  });

  it('reports that it cannot list a folder', () => {
    const open = () => openRunDirectory(temporaryFolder(), { keep: 1, files: refusing('list', 'checkpoints') });
    const { kind, message } = userErrorOf(open);
    expect(kind).toBe('disk');
    expect(message).toMatch(/^cannot list .*checkpoints: .* \(EIO\)\. Nothing was changed\.$/);
  });

  it('is removed again where no run has begun in it, and not where anything else is', () => {
    const opened = (use?: (path: string) => void) => {
      const path = join(temporaryFolder(), 'run');
      openRunDirectory(path, { keep: 1 }).close();
      use?.(path);
      removeEmptyRun(path);
      return existsSync(path) ? readdirSync(path).sort() : undefined;
    };
    expect(opened()).toBeUndefined();
    expect(opened((path) => writeFileSync(join(path, 'notes.txt'), 'mine'))).toEqual(['notes.txt']);
    expect(opened((path) => writeFileSync(join(path, 'checkpoints/notes.txt'), 'mine'))).toEqual(['checkpoints']);
    expect(opened((path) => writeFileSync(runLayout(path).metrics, '{}\n'))).toEqual(['metrics.jsonl']);
    expect(opened((path) => writeFileSync(runLayout(path).config, ''))).toEqual([
      'checkpoints',
      'config.yaml',
      'metrics.jsonl',
    ]);
  });

  it('reports when the directory cannot be created', () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, '');
    const { kind, message } = userErrorOf(() => openRunDirectory(path, { keep: 1 }));
    expect([kind, message]).toEqual(['disk', expect.stringContaining('is a file where a folder is needed')]);
  });

  it('releases the lock when it cannot open the metrics', () => {
    const path = temporaryFolder();
    mkdirSync(join(path, 'metrics.jsonl'));
    expect(userErrorOf(() => openRunDirectory(path, { keep: 1 })).kind).toBe('disk');
    expect(existsSync(join(path, 'lock'))).toBe(false);
  });
});

describe('checkpoints of a run', () => {
  it('are listed newest first, whatever else is in the folder', () => {
    const folder = temporaryFolder();
    const names = ['step-00000009', 'step-00000010', 'step-100000000', 'step-0000000011', 'step-7', 'xstep-00000001'];
    for (const name of names) writeFileSync(join(folder, `${name}.safetensors`), '');
    writeFileSync(join(folder, '.step-00000012.safetensors.5.tmp'), '');
    expect(listCheckpoints(folder).map(({ step }) => step)).toEqual([100_000_000, 10, 9]);
    expect(listCheckpoints(join(folder, 'missing'))).toEqual([]);
  });

  it('are kept up to the number given', () => {
    const path = temporaryFolder();
    const run = openRunDirectory(path, { keep: 2 });
    for (const step of [10, 20, 30, 40]) run.writeCheckpoint(step, checkpointOf(step));
    expect(newestFirst(path)).toEqual([40, 30]);
    run.close();
  });

  it('are kept together with the last one up to the best validation', () => {
    const path = temporaryFolder();
    const run = openRunDirectory(path, { keep: 2 });
    for (const step of [10, 20]) run.writeCheckpoint(step, checkpointOf(step), step);
    for (const step of [30, 40, 50]) run.writeCheckpoint(step, checkpointOf(step), 29);
    expect(newestFirst(path)).toEqual([50, 40, 20]);
    run.writeCheckpoint(60, checkpointOf(60), 55);
    expect(newestFirst(path)).toEqual([60, 50]);
    run.close();
  });

  it('of later steps are deleted when the run continues from an earlier one', () => {
    const path = temporaryFolder();
    const run = openRunDirectory(path, { keep: 2 });
    for (const step of [10, 20]) run.writeCheckpoint(step, checkpointOf(step));
    run.writeCheckpoint(15, checkpointOf(15));
    expect(newestFirst(path)).toEqual([15, 10]);
    run.close();
  });

  it('are searched for the newest valid one, with the errors of those skipped', () => {
    const path = temporaryFolder();
    const run = openRunDirectory(path, { keep: 3 });
    expect(run.latestGoodCheckpoint()).toEqual({ damaged: [] });
    const files = [10, 20, 30].map((step) => run.writeCheckpoint(step, checkpointOf(step)));
    expect(run.latestGoodCheckpoint()).toEqual({
      good: { path: files[2], step: 30, checkpoint: checkpointOf(30) },
      damaged: [],
    });

    truncateSync(files[2]!, 100);
    const bytes = readFileSync(files[1]!);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(files[1]!, bytes);
    const { good, damaged } = run.latestGoodCheckpoint();
    expect(good?.checkpoint).toEqual(checkpointOf(10));
    expect(damaged.map((file) => [file.path, file.error.message])).toEqual([
      [files[2], expect.stringContaining('it is cut short')],
      [files[1], expect.stringContaining('does not match the SHA-256')],
    ]);

    truncateSync(files[0]!, 0);
    expect(run.latestGoodCheckpoint().good).toBeUndefined();
    expect(run.latestGoodCheckpoint().damaged).toHaveLength(3);
    run.close();
  });

  it('are skipped where a check refuses what they say, but an error of another kind is no reason to skip one', () => {
    const path = temporaryFolder();
    const run = openRunDirectory(path, { keep: 3 });
    const files = [10, 20].map((step) => run.writeCheckpoint(step, checkpointOf(step)));
    run.close();
    const found = (error: Error) =>
      findGoodCheckpoint(listCheckpoints(runLayout(path).checkpoints), (file, { trainer }) => {
        expect(trainer).toEqual({ step: file === files[1] ? 20 : 10 });
        if (file === files[1]) throw error;
      });
    const refusal = new UserError('model', 'it cannot be');
    expect(found(refusal)).toMatchObject({ good: { step: 10 }, damaged: [{ path: files[1], error: refusal }] });
    for (const error of [new UserError('disk', 'no'), new TypeError('bug')]) expect(() => found(error)).toThrow(error);
  });

  it('of a newer format are not skipped', () => {
    const path = temporaryFolder();
    const run = openRunDirectory(path, { keep: 3 });
    run.writeCheckpoint(10, checkpointOf(10));
    const metadata = { format: 'textloom', formatVersion: '2' };
    writeSafetensors(join(path, 'checkpoints/step-00000020.safetensors'), [], metadata);
    expect(userErrorOf(() => run.latestGoodCheckpoint()).message).toContain('written by a newer one');
    run.close();
  });
});

describe('a run on a failing disk', () => {
  /** Opens, writes two checkpoints and a metrics line before each, closes. */
  function train(path: string, at: number, lasts: 'once' | 'from-then-on'): number {
    const files = failingFileSystem({ at, code: 'ENOSPC', lasts });
    const run = openRunDirectory(path, { keep: 1, files });
    try {
      for (const step of [20, 30]) {
        run.metrics.append({ step });
        run.writeModel(checkpointOf(step));
        run.writeCheckpoint(step, checkpointOf(step));
      }
    } finally {
      run.close();
    }
    return files.count();
  }

  it.each(['once', 'from-then-on'] as const)(
    'always leaves a good checkpoint and a good model, failing %s at any operation',
    (lasts) => {
      const total = train(temporaryFolder(), 0, lasts);
      expect(total).toBeGreaterThan(30);
      for (let at = 1; at <= total; at++) {
        const path = temporaryFolder();
        const before = openRunDirectory(path, { keep: 1 });
        before.writeModel(checkpointOf(10));
        before.writeCheckpoint(10, checkpointOf(10));
        before.close();
        try {
          train(path, at, lasts);
        } catch (error) {
          expect(error, `operation ${at}`).toMatchObject({ name: 'UserError', kind: 'disk' });
        }
        const left = listCheckpoints(runLayout(path).checkpoints);
        expect(left.length).toBeGreaterThan(0);
        for (const { path: file, step } of left) expect(readCheckpoint(file)).toEqual(checkpointOf(step));
        expect([10, 20, 30]).toContain(readModelFile(runLayout(path).model).parameters[0]!.data[0]);
        for (const line of readFileSync(runLayout(path).metrics, 'utf8').split('\n').slice(0, -1)) JSON.parse(line);
        if (lasts === 'once')
          expect(readdirSync(runLayout(path).checkpoints).every((name) => name.startsWith('step-'))).toBe(true);
      }
    },
  );
});

describe('a run that is killed', () => {
  let compiled: ReturnType<typeof compileRunRoom>;
  beforeAll(() => {
    compiled = compileRunRoom();
  });
  afterAll(() => compiled.remove());

  it('leaves complete files at any moment, and after resuming the metrics are the same', async () => {
    const path = temporaryFolder();
    const steps = 400;
    const expected = Array.from({ length: steps }, (_, i) => `{"step":${i + 1}}\n`).join('');
    const script = `
      import { openRunDirectory } from ${JSON.stringify(join(compiled.folder, 'run/run-directory.js'))};
      const run = openRunDirectory(${JSON.stringify(path)}, { keep: 2 });
      const { good, damaged } = run.latestGoodCheckpoint();
      if (damaged.length) throw damaged[0].error;
      let { step, metricsLength } = good?.checkpoint.trainer ?? { step: 0, metricsLength: 0 };
      run.metrics.truncate(metricsLength);
      while (step < ${steps}) {
        step++;
        // So that the whole run takes longer than the first kill does to come.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
        run.metrics.append({ step });
        if (step % 3 === 0) run.writeCheckpoint(step, {
          config: {}, tokenizer: {}, optimizer: [], state: [],
          parameters: [{ name: 'w', shape: [100000], data: new Float32Array(100000).fill(step) }],
          trainer: { step, metricsLength: run.metrics.length },
        });
      }
      run.close();
      process.exitCode = 42;`;
    const random = createRandom(testSeed);
    let kills = 0;
    for (let code: number | null = null; code !== 42; ) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
      const timer = setTimeout(() => child.kill('SIGKILL'), 150 + 100 * kills + 100 * random.uniform());
      [code] = await once(child, 'exit');
      clearTimeout(timer);
      if (code === 42) break;
      expect(code).toBe(null);
      kills++;
      for (const { path: file, step } of listCheckpoints(runLayout(path).checkpoints)) {
        expect(new Set(readCheckpoint(file).parameters[0]!.data)).toEqual(new Set([step]));
      }
    }
    expect(kills).toBeGreaterThan(0);
    expect(readFileSync(runLayout(path).metrics, 'utf8')).toBe(expected);
    expect(readdirSync(path).sort()).toEqual(['checkpoints', 'metrics.jsonl']);
    expect(readdirSync(runLayout(path).checkpoints).sort()).toEqual(['step-00000396.safetensors', 'step-00000399.safetensors']);
  });
});
