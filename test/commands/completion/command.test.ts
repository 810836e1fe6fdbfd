import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasProgram, skipReason } from '../../outside-programs.js';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove } = createWorkplace();
afterAll(remove);
const script = (shell: string) => join(folder, `completion.${shell}`);
beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout, stderr } = await textloom(['completion', shell], folder);
    expect([code, stderr]).toEqual([0, '']);
    writeFileSync(script(shell), stdout);
  }
});

const has = (shell: string) => hasProgram(shell, '-c', 'true');

/** What bash offers for the last of these words, which are cut as bash cuts them. */
function offered(...words: string[]): string[] {
  const quoted = ['textloom', ...words].map((word) => `'${word}'`).join(' ');
  const { stdout } = spawnSync(
    'bash',
    [
      '-c',
      `source ${script('bash')}; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _textloom 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ],
    { encoding: 'utf8' },
  );
  return stdout.split('\n').filter((line) => line !== '');
}

describe('textloom completion bash', () => {
  it('is a script that bash accepts as the completion of textloom', () => {
    const { stdout, stderr } = spawnSync('bash', ['-c', `source ${script('bash')}; complete -p textloom`], {
      encoding: 'utf8',
    });
    expect([stdout.trim(), stderr]).toEqual(['complete -o bashdefault -o default -F _textloom textloom', '']);
  });

  it.each<[string[], string[]]>([
    [['in'], ['inspect', 'init']],
    [
      ['corpus', ''],
      ['generate', 'audit', 'fetch', 'cache'],
    ],
    [['corpus', 'generate', 'mar'], ['markov']],
    [['corpus', 'generate', '--over'], ['--overwrite']],
    [['train', '--dry'], ['--dry-run']],
    [
      ['train', 'my.yaml', '--engine', ''],
      ['auto', 'typed-array', 'onnxruntime'],
    ],
    [['train', '--engine', '=', 'au'], ['auto']],
    [
      ['export', 'my', '--to', ''],
      ['onnx', 'html', 'pytorch', 'safetensors', 'vectors', 'hub'],
    ],
    [['report', 'my', '--to', ''], ['tensorboard']],
    [
      ['report', 'my', '--format', ''],
      ['html', 'md'],
    ],
    [['train', '--set', 'tokenizer.t'], ['tokenizer.type=']],
    [['train', '--set', '=', 'tokenizer.t'], ['tokenizer.type=']],
    [
      ['train', '--set', 'tokenizer.type', '=', 'b'],
      ['byte', 'bpe'],
    ],
    [
      ['train', '--set', 'model.tieWeights', '='],
      ['true', 'false'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
  ])('completes %j', (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });

  it('lets bash complete files: for a config, a model, an output', () => {
    for (const words of [
      ['train', 'my'],
      ['sample', ''],
      ['train', 'my.yaml', '--output', 'ru'],
      ['train', '--set', 'seed', '=', ''],
    ])
      expect(offered(...words)).toEqual([]);
  });
});

describe('the other shells', () => {
  it.skipIf(!has('zsh'))(`zsh reads its script${skipReason(has('zsh'), 'zsh')}`, () => {
    expect(spawnSync('zsh', ['-n', script('zsh')], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it.skipIf(!has('fish'))(`fish completes with its script${skipReason(has('fish'), 'fish')}`, () => {
    const offers = (line: string) =>
      spawnSync('fish', ['--no-config', '-c', `source ${script('fish')}; complete -C '${line}'`], { encoding: 'utf8' })
        .stdout.split('\n')
        .map((offer) => offer.split('\t')[0]);
    expect(offers('textloom insp')).toContain('inspect');
    expect(offers('textloom train --dry')).toContain('--dry-run');
    expect(offers('textloom train --set tokenizer.type=b')).toEqual(expect.arrayContaining(['tokenizer.type=bpe']));
  });

  it('names every command, also in the scripts for zsh and fish', async () => {
    const { stdout: help } = await textloom(['--help'], folder);
    const commands = [...help.matchAll(/^ {2}textloom ([a-z-]+)/gm)].map(([, name = '']) => name);
    expect(commands.length).toBeGreaterThan(7);
    for (const shell of ['zsh', 'fish']) {
      const { stdout } = await textloom(['completion', shell], folder);
      for (const name of commands) expect(stdout).toContain(name);
    }
  });

  it('refuses an unknown shell', async () => {
    expectRefusal(await textloom(['completion', 'tcsh'], folder), {
      code: 2,
      says: ['the shell tcsh', 'allowed are bash, zsh, fish'],
    });
  });
});
