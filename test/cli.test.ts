import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { textloom } from './commands/textloom.js';

const help = (...args: string[]) => textloom(args, tmpdir());

describe.concurrent('textloom', () => {
  it('--version and -v are that of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    for (const flag of ['--version', '-v'])
      expect(await help(flag)).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('--help lists the commands, examples and exit codes', async () => {
    const { code, stdout, stderr } = await help('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const word of ['textloom train', 'textloom sample', 'textloom evaluate-perplexity', 'Examples:', 'Exit codes:']) {
      expect(stdout).toContain(word);
    }
  });

  it.each(['train', 'sample', 'evaluate-perplexity', 'evaluate'])('%s --help describes each of its flags', async (command) => {
    const { code, stdout } = await help(command, '--help');
    expect(code).toBe(0);
    expect(stdout).toContain('--json');
    expect(stdout).toContain('Examples:');
    expect(await help('help', command)).toMatchObject({ code: 0, stdout });
  });
});
