import { describe, expect, it } from 'vitest';
import { createTextOutput } from '../../../src/commands/shared/text-output.js';
import { codesOf, type TerminalText } from '../../../src/ui/terminal-text.js';

/** An output that keeps what is written to it, until it is closed. */
function recorder() {
  const writes: string[] = [];
  let open = true;
  const output = {
    write(text: string | TerminalText) {
      if (open) writes.push(codesOf(text));
      return Promise.resolve(open);
    },
  };
  const close = () => {
    open = false;
  };
  return { output, writes, close };
}

describe('text output', () => {
  it('writes the first piece at once, and those that follow closely together', async () => {
    const { output: to, writes } = recorder();
    let time = 0;
    const output = createTextOutput(to, () => time);
    for (const piece of ['a', 'b', 'c', 'd']) {
      expect(await output.write(piece)).toBe(true);
      time += 8;
    }
    expect(writes).toEqual(['a', 'bc']);
    await output.flush();
    await output.flush();
    expect(writes).toEqual(['a', 'bc', 'd']);
  });

  it('reports when the output is no longer read, and writes nothing more', async () => {
    const { output: to, writes, close } = recorder();
    const output = createTextOutput(to, () => 0);
    await output.write('a');
    await output.write('b');
    close();
    expect([await output.flush(), await output.write('c'), await output.flush()]).toEqual([false, false, false]);
    expect(writes).toEqual(['a']);
  });
});
