import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shellWord } from '../../src/foundation/shell-word.js';
import { onWindows } from '../outside-programs.js';

describe('shellWord', () => {
  it('does not change plain paths', () => expect(shellWord('runs/a-b_c.1')).toBe('runs/a-b_c.1'));
  it('quotes text that a shell would split or execute', () => expect(shellWord('$(x) y')).toBe("'$(x) y'"));

  it.each([
    ['a\x1b[2J', "$'a\\x1b[2J'"],
    ["it's\n\\n", "$'it\\'s\\x0a\\\\n'"],
    ['\x9b \u202e \u{e0001}', "$'\\u009b \\u202e \\U000e0001'"],
  ])('escapes what is not shown', (path, word) => expect(shellWord(path)).toBe(word));

  it.skipIf(onWindows)(`is read back unchanged by bash${onWindows}`, () => {
    for (const path of ["it's", 'a b', '$(x)', 'a\x1b[2J', "it's\n\\n", '\x7f\u009b\u202e\u2028\u{e0001}é']) {
      const { stdout } = spawnSync('bash', ['-c', `printf %s ${shellWord(path)}`], {
        env: { LC_ALL: 'C.UTF-8' },
        encoding: 'utf8',
      });
      expect(stdout).toBe(path);
    }
  });
});
