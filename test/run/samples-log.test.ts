import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSamplesLog } from '../../src/run/samples-log.js';
import { failingFileSystem } from '../files/failing-file-system.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { userErrorOf } from '../foundation/thrown.js';

const line = (step: number) => `{"step":${step},"text":"é"}\n`;

describe('the log of samples', () => {
  /** What is left of a log when a run goes on from a step, with a line more. */
  const opened = (content: string, step: number) => {
    const path = join(temporaryFolder(), 'samples.jsonl');
    writeFileSync(path, content);
    const log = openSamplesLog(path, step);
    log.append({ step: 99 });
    log.close();
    return readFileSync(path, 'utf8').replace('{"step":99}\n', '');
  };
  const all = line(2) + line(4) + line(6);

  it('keeps the lines up to the step from which a run goes on', () => {
    expect(opened(all, 6)).toBe(all);
    expect(opened(all, 5)).toBe(line(2) + line(4));
    expect(opened(all, 4)).toBe(line(2) + line(4));
    expect(opened(all, 0)).toBe('');
    expect(opened('', 3)).toBe('');
  });

  it.each(['{"step":5', '\n', 'step 5\n', '{"text":"x"}\n', '{"step":null}\n', '[5]\n', '{"step":"five"}\n'])(
    'is cut before a damaged line: %j',
    (damaged) => {
      expect(opened(line(2) + damaged, 9)).toBe(line(2));
      expect(opened(damaged + line(2), 9)).toBe('');
    },
  );

  it('is created where there is none, and refused where a symbolic link is', () => {
    const folder = temporaryFolder();
    openSamplesLog(join(folder, 'new.jsonl'), 0).close();
    expect(readFileSync(join(folder, 'new.jsonl'), 'utf8')).toBe('');
    symlinkSync(join(folder, 'new.jsonl'), join(folder, 'link.jsonl'));
    expect(userErrorOf(() => openSamplesLog(join(folder, 'link.jsonl'), 0)).message).toContain('it is a symbolic link');
  });

  it('is closed again when it cannot be cut', () => {
    const path = join(temporaryFolder(), 'samples.jsonl');
    writeFileSync(path, all);
    // Opening takes two operations, cutting the third, closing the fourth.
    const files = failingFileSystem({ at: 3, code: 'EIO', lasts: 'once' });
    expect(userErrorOf(() => openSamplesLog(path, 2, files)).kind).toBe('disk');
    expect(files.count()).toBe(4);
  });
});
