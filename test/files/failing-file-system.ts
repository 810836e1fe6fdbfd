import { type FileSystem, nodeFileSystem } from '../../src/files/file-system.js';

/** A real file system whose operations are counted, and one of which fails as the operating system would have it. */
export interface FailingFileSystem extends FileSystem {
  /** Operations asked for so far. */
  count(): number;
}

export interface Failure {
  /** Which operation fails, counted from 1; 0 for none. */
  at: number;
  code: string;
  /** `once`: the others work, as on a disk that is full; `from-then-on`: none does, as for a process that was killed. */
  lasts: 'once' | 'from-then-on';
}

export function failingFileSystem({ at, code, lasts }: Failure): FailingFileSystem {
  let count = 0;
  const failing = { ...nodeFileSystem, count: () => count } as FailingFileSystem & Record<string, unknown>;
  for (const [name, operation] of Object.entries(nodeFileSystem) as [string, (...values: unknown[]) => unknown][]) {
    failing[name] = (...values: unknown[]) => {
      count++;
      const fails = lasts === 'once' ? count === at : at > 0 && count >= at;
      if (!fails) return operation(...values);
      // A disk that fills up takes a part of what it is given.
      if (name === 'write' && count === at) operation(values[0], (values[1] as Uint8Array).subarray(0, 5));
      throw Object.assign(new Error(`${code}: ${name}`), { code, errno: -1, syscall: name });
    };
  }
  return failing;
}
