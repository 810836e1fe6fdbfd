import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const engine = join(import.meta.dirname, '../../../../src/engine/typed-array');

/** Tools for dead code do not look into AssemblyScript. */
it('every kernel of the module is called by the engine', () => {
  const index = readFileSync(join(engine, 'kernels/assembly/index.ts'), 'utf8');
  const exported = [...index.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, names = '']) => names.match(/\w+/g) ?? []);
  expect(exported.length).toBeGreaterThan(15);
  const engineFiles = readdirSync(engine, { recursive: true, encoding: 'utf8' }).filter(
    (path) => /\.[jt]s$/.test(path) && !/assembly|generated/.test(path),
  );
  const code = engineFiles.map((path) => readFileSync(join(engine, path), 'utf8')).join('\n');
  // A part of runProgram, which has tests of its own.
  const parts = ['runSegment'];
  expect(exported.filter((name) => !new RegExp(`['.]${name}\\b|\\b${name}\\(`).test(code))).toEqual(parts);
});
