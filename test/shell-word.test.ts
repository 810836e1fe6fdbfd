import { describe, expect, it } from 'vitest';
import { shellWord } from '../src/shell-word.js';

describe('shellWord', () => {
  it('leaves plain paths alone', () => expect(shellWord('runs/a-b_c.1')).toBe('runs/a-b_c.1'));
  it('quotes what a shell would take apart or run', () => expect(shellWord('$(x) y')).toBe("'$(x) y'"));
});
