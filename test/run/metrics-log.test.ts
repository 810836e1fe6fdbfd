import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMetricsLog } from '../../src/run/metrics-log.js';
import { failingFileSystem } from '../files/failing-file-system.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { userErrorOf } from '../foundation/thrown.js';

describe('the metrics log', () => {
  it('contains each line as soon as it is appended, and counts its bytes', () => {
    const path = join(temporaryFolder(), 'metrics.jsonl');
    const log = openMetricsLog(path);
    log.append({ step: 1, note: 'é' });
    expect(readFileSync(path, 'utf8')).toBe('{"step":1,"note":"é"}\n');
    expect(log.length).toBe(readFileSync(path).length);
    log.close();
  });

  it('continues after the existing lines', () => {
    const path = join(temporaryFolder(), 'metrics.jsonl');
    for (const step of [1, 2]) {
      const log = openMetricsLog(path);
      log.append({ step });
      expect(log.length).toBe(11 * step);
      log.close();
      log.close();
    }
    expect(readFileSync(path, 'utf8')).toBe('{"step":1}\n{"step":2}\n');
  });

  it('cut to the length at a checkpoint and appended to again has the same bytes', () => {
    const path = join(temporaryFolder(), 'metrics.jsonl');
    const interrupted = openMetricsLog(path);
    interrupted.append({ step: 1 });
    const recorded = interrupted.length;
    interrupted.append({ step: 2 });
    interrupted.close();
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"step":3,"lo`);

    const resumed = openMetricsLog(path);
    resumed.truncate(recorded);
    expect(resumed.length).toBe(recorded);
    for (const step of [2, 3]) resumed.append({ step });
    resumed.close();
    expect(readFileSync(path, 'utf8')).toBe('{"step":1}\n{"step":2}\n{"step":3}\n');
  });

  it('may be deleted by its owner and then starts empty', () => {
    const path = join(temporaryFolder(), 'metrics.jsonl');
    const log = openMetricsLog(path);
    log.truncate(1000);
    log.append({ step: 9 });
    log.close();
    expect(readFileSync(path, 'utf8')).toBe('{"step":9}\n');
  });

  it('that does not belong to the checkpoint is refused and not changed', () => {
    const path = join(temporaryFolder(), 'metrics.jsonl');
    writeFileSync(path, '{"step":1}\n');
    const log = openMetricsLog(path);
    const shorter = userErrorOf(() => log.truncate(12));
    expect([shorter.kind, shorter.message]).toEqual(['model', expect.stringContaining('has 11 bytes, but had 12 when')]);
    const midLine = userErrorOf(() => log.truncate(5));
    expect([midLine.kind, midLine.message]).toEqual(['model', expect.stringContaining('no line ends at byte 5')]);
    log.close();
    expect(readFileSync(path, 'utf8')).toBe('{"step":1}\n');
  });

  it('removes the part of a line that was written before the disk was full', () => {
    const path = join(temporaryFolder(), 'metrics.jsonl');
    // Opening takes two operations, each line one.
    const log = openMetricsLog(path, failingFileSystem({ at: 4, code: 'ENOSPC', lasts: 'once' }));
    log.append({ step: 1 });
    const { kind, message } = userErrorOf(() => log.append({ step: 2 }));
    expect(kind).toBe('disk');
    expect(message).toMatch(
      /cannot write .*metrics\.jsonl: the disk is full \(ENOSPC\); [\d.]+ MB are free there\. The lines before it/,
    );
    expect(readFileSync(path, 'utf8')).toBe('{"step":1}\n');
    log.append({ step: 3 });
    log.close();
    expect(readFileSync(path, 'utf8')).toBe('{"step":1}\n{"step":3}\n');
  });

  it('reports when any of its operations fails', () => {
    for (let at = 1; at <= 6; at++) {
      const run = () => {
        const log = openMetricsLog(
          join(temporaryFolder(), 'metrics.jsonl'),
          failingFileSystem({ at, code: 'EIO', lasts: 'once' }),
        );
        log.append({ step: 1 });
        log.sync();
        log.truncate(0);
        log.close();
      };
      expect(userErrorOf(run).kind).toBe('disk');
    }
  });
});
