/**
 * A test may start the command as a process of its own. Stryker knows only the process of the tests: this file, loaded before each test
 * file, tells the command which mutant is active, and Stryker which mutants the command's code went through.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

/** How often each mutant was met, by its name. */
type Coverage = Record<string, number>;

interface Stryker {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  mutantCoverage?: { static: Coverage; perTest: Record<string, Coverage> };
}

const globals = globalThis as { __stryker__?: Stryker };
globals.__stryker__ ??= {};
const stryker = globals.__stryker__;
const ACTIVE = '__STRYKER_ACTIVE_MUTANT__';
/** Stands for the hooks of a file that come before its tests: each test of the file may depend on them. */
const BEFORE_ALL = 'before all tests';

let folder = '';

beforeAll(() => {
  delete process.env[ACTIVE];
  if (stryker.activeMutant !== undefined) process.env[ACTIVE] = stryker.activeMutant;
  else {
    folder = mkdtempSync(join(tmpdir(), 'mutation-'));
    process.env.MUTATION_COVERAGE = folder;
    process.env.NODE_OPTIONS = `--import ${join(import.meta.dirname, 'coverage-of-command.js')}`;
    stryker.currentTestId = BEFORE_ALL;
  }
});

beforeEach(() => {
  if (folder !== '') collect(BEFORE_ALL);
});

afterEach(() => {
  const test = stryker.currentTestId;
  if (folder === '' || test === undefined) return;
  collect(test);
  add(test, coverageOf(BEFORE_ALL));
});

afterAll(() => {
  if (folder === '') return;
  rmSync(folder, { recursive: true });
  folder = '';
  delete process.env.NODE_OPTIONS;
  delete process.env.MUTATION_COVERAGE;
  if (stryker.mutantCoverage !== undefined) delete stryker.mutantCoverage.perTest[BEFORE_ALL];
});

/** Adds what commands have written since the last call. */
function collect(test: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    add(test, JSON.parse(readFileSync(file, 'utf8')) as Coverage);
    rmSync(file);
  }
}

function add(test: string, coverage: Coverage): void {
  const sum = coverageOf(test);
  for (const [mutant, count] of Object.entries(coverage)) sum[mutant] = (sum[mutant] ?? 0) + count;
}

function coverageOf(test: string): Coverage {
  stryker.mutantCoverage ??= { static: {}, perTest: {} };
  stryker.mutantCoverage.perTest[test] ??= {};
  return stryker.mutantCoverage.perTest[test];
}
