import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { beginFile, isTemporaryFile, writeFileAtomically } from '../../src/files/atomic-file.js';
import { type FileSystem, nodeFileSystem } from '../../src/files/file-system.js';
import { userErrorOf } from '../foundation/thrown.js';
import { onWindows } from '../outside-programs.js';
import { failingFileSystem } from './failing-file-system.js';
import { temporaryFolder } from './temporary-folder.js';

const older = 'the older content';
const newer = ['the newer ', 'content'];

function write(path: string, files?: FileSystem): void {
  writeFileAtomically(
    path,
    (append) => {
      for (const part of newer) append(Buffer.from(part));
    },
    { ...(files && { files }), kept: 'The older one is safe.' },
  );
}

describe('writeFileAtomically', () => {
  it('creates a file, and replaces one', () => {
    const path = join(temporaryFolder(), 'file');
    write(path);
    expect(readFileSync(path, 'utf8')).toBe('the newer content');
    writeFileAtomically(path, (append) => append(Buffer.from('third')));
    expect(readFileSync(path, 'utf8')).toBe('third');
  });

  it.skipIf(onWindows)(`does not replace a pipe or device${onWindows}`, () => {
    const path = join(temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [path]);
    expect(userErrorOf(() => write(path))).toMatchObject({
      kind: 'disk',
      message: expect.stringContaining('a device or pipe'),
    });
    expect(statSync(path).isFIFO()).toBe(true);
  });

  it('syncs the content before the rename, and the folder after it', () => {
    const order: string[] = [];
    const files = Object.fromEntries(
      Object.entries(nodeFileSystem).map(([name, operation]) => [
        name,
        (...values: never[]) => {
          order.push(name);
          return (operation as (...values: never[]) => unknown)(...values);
        },
      ]),
    ) as unknown as FileSystem;
    write(join(temporaryFolder(), 'file'), files);
    expect(order).toEqual(['open', 'write', 'write', 'sync', 'close', 'rename', 'syncFolder']);
  });

  // Seven operations, found by counting those of a write that nothing disturbs.
  const total = 7;
  it.each(Array.from({ length: total }, (_, i) => i + 1))('loses nothing when operation %i fails', (at) => {
    for (const code of ['ENOSPC', 'EIO', 'EDQUOT', 'EROFS', 'EACCES', 'EFBIG']) {
      const folder = temporaryFolder();
      const path = join(folder, 'file');
      writeFileSync(path, older);
      const error = userErrorOf(() => write(path, failingFileSystem({ at, code, lasts: 'once' })));
      expect(error.kind).toBe('disk');
      expect(error.message).toContain(path);
      expect(error.message).toContain(code);
      // Room on the disk is told only where the lack of it is the reason.
      expect(/[\d.]+ MB are free/.test(error.message)).toBe(['ENOSPC', 'EDQUOT'].includes(code));
      expect(error.message).toContain('The older one is safe.');
      // Only the last operation comes after the rename.
      expect(readFileSync(path, 'utf8')).toBe(at < total ? older : 'the newer content');
      expect(readdirSync(folder)).toEqual(['file']);
    }
  });

  it.each(Array.from({ length: total }, (_, i) => i + 1))('leaves a whole file when the process dies at operation %i', (at) => {
    const folder = temporaryFolder();
    const path = join(folder, 'file');
    writeFileSync(path, older);
    expect(() => write(path, failingFileSystem({ at, code: 'EIO', lasts: 'from-then-on' }))).toThrow();
    expect(readFileSync(path, 'utf8')).toBe(at < total ? older : 'the newer content');
    expect(readdirSync(folder).filter((name) => name !== 'file' && !isTemporaryFile(name))).toEqual([]);
    write(path);
    expect(readFileSync(path, 'utf8')).toBe('the newer content');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('needs as many operations as the two tests above let fail', () => {
    const files = failingFileSystem({ at: 0, code: '', lasts: 'once' });
    write(join(temporaryFolder(), 'file'), files);
    expect(files.count()).toBe(total);
  });

  it('finishes a write that the operating system cuts into pieces', () => {
    const path = join(temporaryFolder(), 'file');
    write(path, { ...nodeFileSystem, write: (descriptor, bytes) => nodeFileSystem.write(descriptor, bytes.subarray(0, 3)) });
    expect(readFileSync(path, 'utf8')).toBe('the newer content');
  });

  it('does not write through a link at the path of its temporary file', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'victim'), 'untouched');
    symlinkSync(join(folder, 'victim'), join(folder, `.file.${process.pid}.tmp`));
    write(join(folder, 'file'));
    expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('untouched');
    expect(statSync(join(folder, 'file')).size).toBe(17);
  });

  it('lets one process write the same file twice at once: the last one to end stays', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'file');
    const temporary = () => readdirSync(folder).filter((name) => name !== 'file');
    const [first, second, third] = [beginFile(path), beginFile(path), beginFile(path)];
    for (const [i, file] of [first, second, third].entries()) file.append(Buffer.from(String(i)));
    expect(temporary()).toHaveLength(3);
    expect(temporary().every(isTemporaryFile)).toBe(true);
    third.abandon();
    second.commit();
    expect(readFileSync(path, 'utf8')).toBe('1');
    first.commit();
    expect([readFileSync(path, 'utf8'), temporary()]).toEqual(['0', []]);
  });

  it('says that the previous file is unchanged where the caller says nothing else', () => {
    const error = userErrorOf(() => writeFileAtomically(join(temporaryFolder(), 'missing/file'), () => {}));
    expect(error.message).toMatch(/\(ENOENT\)\. The previous file is unchanged\.$/);
  });

  it('passes on an error of the writing function, and leaves no file behind', () => {
    const folder = temporaryFolder();
    const bug = new TypeError('a bug');
    const failing = () =>
      writeFileAtomically(join(folder, 'file'), () => {
        throw bug;
      });
    expect(failing).toThrow(bug);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("reports a missing folder, a file in its place, and a folder with the file's name", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'plain'), '');
    mkdirSync(join(folder, 'taken'));
    expect(userErrorOf(() => write(join(folder, 'missing/file'))).message).toContain('a folder on the way to it is missing');
    expect(userErrorOf(() => write(join(folder, 'plain/file'))).message).toContain('is a file where a folder is needed');
    expect(userErrorOf(() => write(join(folder, 'taken'))).message).toContain('a folder with this name exists');
    expect(readdirSync(folder).sort()).toEqual(['plain', 'taken']);
  });
});
