/** The real command on terminals of every kind, which `script` (util-linux) makes. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { skipReason } from '../outside-programs.js';
import { shell, textloom } from './textloom.js';
import { createWorkplace } from './workplace.js';

const hasScript = spawnSync('bash', ['-c', 'script --version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true;
const withoutScript = skipReason(hasScript, "util-linux's script");

describe.concurrent('on a terminal', () => {
  const { folder, write, remove } = createWorkplace();
  afterAll(remove);
  beforeAll(async () => {
    await textloom(['train', 'small.yaml', '--quiet'], folder);
  });

  /**
   * Runs a command on a pseudo-terminal, which has 0 columns when `script` has no terminal itself. `script` waits only 10 ms for what is
   * still in the terminal when its child has ended: the child therefore ends when its last line has been seen.
   */
  async function onTerminal(name: string, columns: number, command: string, environment = 'TERM=xterm') {
    const last = 'the last line of the terminal';
    const wait = `code=$?; echo ${last}; until grep -qs '${last}' ${name}.seen; do sleep 0.02; done; exit $code`;
    write(`${name}.sh`, `${columns > 0 ? `stty cols ${columns}` : ':'}; export ${environment}\n${command}\n${wait}`);
    const outcome = await shell(
      `export -f textloom; SHELL=$BASH script -qefc 'bash ${name}.sh' ${name}.seen </dev/null`,
      folder,
    );
    expect(outcome.stdout).toContain(last);
    return { ...outcome, stdout: outcome.stdout.replace(`${last}\r\n`, '') };
  }

  /** Lines as they stand on the screen at the end: of what is redrawn in its place, the last. */
  const screen = (sent: string) =>
    stripVTControlCharacters(sent.replaceAll('\x1b[1G', '\r'))
      .replaceAll('\r\n', '\n')
      .split('\n')
      .map((line) => line.split('\r').at(-1)!);

  it.skipIf(withoutScript).for([0, 1, 40, 80, 200])(
    `of %d columns trains to the end, with whole words in its lines${withoutScript}`,
    async (columns) => {
      const name = `columns-${columns}`;
      const { code, stdout } = await onTerminal(name, columns, `textloom train small.yaml --output runs/${name}`);
      expect(code).toBe(0);
      const words = stripVTControlCharacters(stdout).split(/\s+/);
      for (const word of ['vocabulary', 'typed-array', 'validation', 'perplexity', 'tokens']) expect(words).toContain(word);
      const width = columns || 80;
      // A command is not broken, so that it can be copied.
      const broken = screen(stdout).filter(
        (line) => line.length > width && line.trim().includes(' ') && !line.startsWith('now try: '),
      );
      expect(broken).toEqual([]);
    },
  );

  it.skipIf(withoutScript)(`reports fit its width up to 120 columns, and do not break words${withoutScript}`, async () => {
    for (const columns of [40, 200]) {
      const { stdout } = await onTerminal(`report-${columns}`, columns, 'textloom inspect runs/small');
      const lines = screen(stdout);
      const config = lines.slice(lines.indexOf('Config'), lines.indexOf('File'));
      expect(Math.max(...config.map((line) => line.length))).toBeLessThanOrEqual(Math.min(columns, 120));
      expect(config.some((line) => line.length > 80)).toBe(columns > 80);
      expect(config.join(' ').split(/\s+/)).toContain('initialization:');
    }
  });

  it.skipIf(withoutScript)(`that is dumb gets no escape codes${withoutScript}`, async () => {
    const { code, stdout } = await onTerminal('dumb', 80, 'textloom train small.yaml --output runs/dumb', 'TERM=dumb');
    expect(code).toBe(0);
    expect(stdout).not.toContain('\x1b');
  });

  const coloured = 'evaluate runs/small corpus.txt --heatmap';
  it.skipIf(withoutScript).for([
    ['', 'TERM=xterm-256color', true],
    ['--no-color', 'TERM=xterm-256color', false],
    ['', 'TERM=xterm-256color NO_COLOR=1', false],
    ['', 'TERM=dumb FORCE_COLOR=1', true],
    ['--no-color', 'TERM=xterm-256color FORCE_COLOR=1', false],
  ] as const)(`colours with %j and %s: %s${withoutScript}`, async ([flag, environment, expected]) => {
    const name = `colours-${flag}${environment}`.replaceAll(/\W/g, '-');
    const { code, stdout } = await onTerminal(name, 80, `textloom ${coloured} ${flag}`, environment);
    expect([code, stdout.includes('\x1b[38;')], stdout).toEqual([0, expected]);
  });

  it('colours an output that is not a terminal only with FORCE_COLOR', async () => {
    expect((await shell(`FORCE_COLOR=1 textloom ${coloured}`, folder)).stdout).toContain('\x1b[38;');
    expect((await textloom(coloured.split(' '), folder)).stdout).not.toContain('\x1b');
  });

  it.skipIf(withoutScript)(
    `that is closed stops a training after a checkpoint, with exit code 129${withoutScript}`,
    async () => {
      // The shell outlives the terminal to tell; Node.js does not take over that SIGHUP is ignored. `script` is killed, and its terminal closed.
      write(
        'closed.sh',
        "trap '' HUP; echo $PPID >pid; textloom train small.yaml --set training.steps=1000000 --output runs/closed; echo $? >code",
      );
      const waiting =
        'until [ $(ls runs/closed/checkpoints | wc -l) -gt 1 ]; do sleep 0.1; done; kill -9 $(cat pid); until [ -s code ]; do sleep 0.1; done';
      const { stdout } = await shell(
        `export -f textloom; { SHELL=$BASH script -qec 'exec bash closed.sh' /dev/null </dev/null >said & ${waiting}; } >/dev/null 2>&1; cat code`,
        folder,
      );
      expect(stdout).toBe('129\n');
      expect(readdirSync(join(folder, 'runs/closed/checkpoints')).length).toBeGreaterThan(1);
    },
  );

  it('no name of a file or folder reaches it unescaped, from any command', async () => {
    const name = 'x\x1b[2J\x9b31m\x7f\u202e\nFAKE';
    mkdirSync(join(folder, name));
    const at = (file: string) => `${name}/${file}`;
    write(at('text.txt'), 'The fox saw the crow.\n'.repeat(60));
    const flags = ['--output', at('run'), '--set', 'training.steps=2'];
    const outcomes = [];
    for (const args of [
      ['train', 'small.yaml', ...flags],
      ['train', 'small.yaml', ...flags, '--overwrite', '--json'],
      ['train', 'small.yaml', ...flags, '--resume', '--set', 'training.steps=3'],
      ['train', 'small.yaml', ...flags, '--dry-run'],
      ['train', at('nothing.yaml')],
      ['inspect', at('run')],
      ['evaluate', at('run'), at('text.txt')],
      ['sample', at('run'), '-n', '3', '--json'],
      ['export', at('run'), '--to', 'safetensors'],
      ['import', at('run/model-weights.safetensors'), '--output', at('run')],
      ['corpus', 'audit', at('text.txt')],
      ['corpus', 'generate', 'dyck', '--output', at('dyck.txt'), '--characters', '100'],
      ['init', name, '--yes', '--corpus', at('text.txt')],
      [name],
    ])
      outcomes.push(await textloom(args, folder));
    for (const { stdout, stderr } of outcomes) {
      expect(stdout + stderr).not.toBe('');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what this is about
      expect(stdout + stderr).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f]/);
    }
    expect(outcomes.slice(0, 4).map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  });
});
