import { statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Bytes that this user may still write where a path is or would be; undefined where the system does not say. */
export function freeSpace(path: string): number | undefined {
  for (let place = resolve(path); ; place = dirname(place)) {
    try {
      const { bavail, bsize } = statfsSync(place);
      return bavail * bsize;
    } catch {
      // It is not there yet: its folder is, or the folder of that.
      if (dirname(place) === place) return undefined;
    }
  }
}
