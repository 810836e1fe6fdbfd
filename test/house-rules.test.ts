import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Source {
  /** From the folder's root, with slashes. */
  readonly path: string;
  readonly text: string;
}

function sourcesIn(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.m?[jt]s$/.test(path) && !path.endsWith('.generated.ts'))
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
}

const sources = sourcesIn(join(import.meta.dirname, '../src'));
const tests = sourcesIn(import.meta.dirname);

/** A source without comments and texts, so that a rule looks at what runs. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, ' ');
}

/** The files in which a pattern stands. */
function filesWith(pattern: RegExp, among: readonly Source[] = sources): string[] {
  return among.filter(({ text }) => pattern.test(code(text))).map(({ path }) => path);
}

const without = (some: readonly string[], paths: readonly string[]) => paths.filter((path) => !some.includes(path));

describe('the sources', () => {
  it('do not use Math.pow and **, whose last bits change between versions of V8', () => {
    expect(filesWith(/Math\.pow|\*\*(?!\/)/)).toEqual([]);
  });

  it('take randomness as an argument', () => {
    // A run directory's lock names its owner by a number that no other process has: nothing is computed from it.
    const allowed = ['files/process-identity.ts'];
    expect(without(allowed, filesWith(/Math\.random|getRandomValues|random(UUID|Bytes|Int)\b/))).toEqual([]);
  });

  it('take the time as an argument: only entry points read a clock', () => {
    const allowed = [
      // The default of the library's own entry.
      'library/train.ts',
      // A page's worker, an entry of its own.
      'export/page/worker.ts',
      // Sets the time of last use of a file, which the file system reports.
      'text/token-cache/cache-folder.ts',
      // A process of its own, which measures a device.
      'engine/onnxruntime/device-trial.js',
    ];
    const clock = /Date\.now|new Date\(\s*\)|\bDate\(\)|performance\b|hrtime|process\.uptime|Temporal\./;
    const readers = filesWith(clock).filter((path) => !path.startsWith('commands/'));
    expect(without(allowed, readers)).toEqual([]);
    expect(without(readers, allowed)).toEqual([]);
  });

  it('export no name twice', () => {
    const declaration = /^export (?:async )?(?:function\*?|class|const|let|interface|type) (\w+)/gm;
    // A kernel in AssemblyScript has the name of the operation that it computes.
    const ours = sources.filter(({ path }) => !path.includes('kernels/assembly/'));
    const files = new Map<string, Set<string>>();
    // A type and a constant of one file may be two sides of one thing.
    for (const { path, text } of ours)
      for (const [, name = ''] of text.matchAll(declaration)) files.set(name, (files.get(name) ?? new Set()).add(path));
    expect(files.size).toBeGreaterThan(500);
    expect(
      [...files].filter(([, paths]) => paths.size > 1).map(([name, paths]) => `${name}: ${[...paths].join(', ')}`),
    ).toEqual([]);
  });

  it('leave the process in one place only', () => {
    // In a worker it ends the thread, not the process.
    const allowed = ['cli.ts', 'engine/typed-array/worker.js'];
    expect(filesWith(/process\.exit\b/).filter((path) => !allowed.includes(path))).toEqual([]);
  });

  it('look up external names in maps: an object used as a table has `constructor` and other inherited keys', () => {
    expect(filesWith(/^(?:export )?const \w+: (?:Readonly<)?Record<string,/m)).toEqual([]);
    // The keys of its rules are its own.
    const lookups = filesWith(/\bas (?:Readonly<)?Record<string, \w+>[^)\n]*\)\??\.?\[/);
    expect(lookups.filter((path) => path !== 'config/rules.ts')).toEqual([]);
  });

  it('send text to standard output and standard error through one place', () => {
    // Processes of their own: one that its parent listens to, and a part of the build.
    const allowed = ['ui/output.ts', 'engine/onnxruntime/device-trial.js', 'engine/typed-array/kernels/build.js'];
    expect(filesWith(/process\.std(out|err)|console\./).filter((path) => !allowed.includes(path))).toEqual([]);
  });

  it('pass the streams themselves only to libraries that draw: ora and readline', () => {
    const allowed = ['ui/spinner.ts', 'commands/sample/interactive.ts', 'commands/init/run.ts'];
    expect(filesWith(/(standardOutput|standardError|output)\.stream/).filter((path) => !allowed.includes(path))).toEqual([]);
  });

  it('create unescaped text in few places', () => {
    const allowed = /^ui\/|^commands\/shared\/text-output\.ts$|^commands\/sample\/text-report\.ts$|^foundation\/terminal-/;
    expect(filesWith(/new TerminalText/).filter((path) => !allowed.test(path))).toEqual([]);
  });

  it('are files of limited size', () => {
    expect(sources.filter(({ text }) => text.split('\n').length > 301).map(({ path }) => path)).toEqual([]);
  });
});

describe('the tests', () => {
  it('draw random numbers only from seeds, so that a failure can be repeated', () => {
    expect(filesWith(/Math\.random|random(UUID|Bytes|Int)\(/, tests)).toEqual([]);
  });

  it('read no clock, except to pass one to the code under test: durations vary on a busy machine', () => {
    const allowed = [
      // A new seed for each run.
      'random-seed.ts',
      'mutation/main.js',
      // The clock that training gets.
      'train/run-fixture.ts',
      // The clock by which processes of MPI wait.
      'parallel/team-program.js',
      // Times of files, which must be before or after the present.
      'text/token-cache/cache-folder.test.ts',
      'text/token-cache/tokenize-corpus.test.ts',
      // Until when processes compete for a lock.
      'files/lock-among-processes.test.ts',
      // Campaigns that stop what hangs, and kill at a random time.
      'fuzz/main.ts',
      'fuzz/supervise.ts',
      'fuzz/areas/kills.ts',
    ];
    const readers = filesWith(/Date\.now|new Date\(\s*\)|performance\.now|hrtime[(.]/, tests);
    expect(without(allowed, readers)).toEqual([]);
    expect(without(readers, allowed)).toEqual([]);
  });
});
