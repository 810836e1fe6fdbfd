import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRuns } from '../../src/experiments/find-runs.js';
import { temporaryFolder } from '../files/temporary-folder.js';

/** A folder with a config in each of the named folders, as a run directory has one. */
function folderWith(...names: string[]): string {
  const folder = temporaryFolder();
  for (const name of names) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'config.yaml'), '');
  }
  return folder;
}

describe('findRuns', () => {
  it('finds run directories at any depth, in the order of their names with numbers by value', () => {
    const folder = folderWith('b/rate-10', 'b/rate-2', 'a', 'c/d/e');
    expect(findRuns(folder)).toEqual(['a', 'b/rate-2', 'b/rate-10', 'c/d/e'].map((name) => join(folder, name)));
  });

  it('returns a folder that is a run, and does not search in runs', () => {
    const folder = folderWith('.', 'inner');
    expect(findRuns(folder)).toEqual([folder]);
  });

  it('does not search hidden folders, node_modules and symbolic links', () => {
    const folder = folderWith('.hidden', 'node_modules/package', 'run');
    symlinkSync(folder, join(folder, 'circle'));
    expect(findRuns(folder)).toEqual([join(folder, 'run')]);
  });

  it('does not list a folder with a model alone', () => {
    const folder = folderWith('run');
    mkdirSync(join(folder, 'hub'));
    writeFileSync(join(folder, 'hub/model.safetensors'), '');
    expect(findRuns(folder)).toEqual([join(folder, 'run')]);
  });

  it('finds none in an empty folder', () => {
    expect(findRuns(temporaryFolder())).toEqual([]);
  });
});
