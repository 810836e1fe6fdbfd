import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../src');
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.[jt]s$/.test(path) && !path.endsWith('.generated.ts'))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

/** A source without comments and texts, so that a rule looks at what runs. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, ' ');
}

/** The files, as src/..., in which a pattern stands. */
function filesWith(pattern: RegExp): string[] {
  return sources.filter(({ text }) => pattern.test(code(text))).map(({ path }) => path);
}

describe('the sources', () => {
  it('use no power of the machine: Math.pow and ** change their last bits between versions of V8', () => {
    expect(filesWith(/Math\.pow|\*\*(?!\/)/)).toEqual([]);
  });

  it('take time and randomness as arguments', () => {
    expect(filesWith(/Math\.random|crypto\.getRandomValues/)).toEqual([]);
  });

  it('leave the process in one place only', () => {
    // In a worker it ends the thread, not the process.
    const allowed = ['cli.ts', 'engine/typed-array/worker.js'];
    expect(filesWith(/process\.exit\b/).filter((path) => !allowed.includes(path))).toEqual([]);
  });

  it('look names that others have given up in maps: a table that is an object has `constructor` and its like', () => {
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

  it('hand the streams themselves only to what draws by itself: ora and readline', () => {
    const allowed = ['ui/spinner.ts', 'commands/sample/interactive.ts', 'commands/init/run.ts'];
    expect(filesWith(/(standardOutput|standardError|output)\.stream/).filter((path) => !allowed.includes(path))).toEqual([]);
  });

  it('make text that is sent unescaped in few places', () => {
    const allowed = /^ui\/|^commands\/shared\/text-output\.ts$|^commands\/sample\/text-report\.ts$|^foundation\/terminal-/;
    expect(filesWith(/new TerminalText/).filter((path) => !allowed.test(path))).toEqual([]);
  });

  it('are files of a size that one reads in a sitting', () => {
    expect(sources.filter(({ text }) => text.split('\n').length > 301).map(({ path }) => path)).toEqual([]);
  });
});
