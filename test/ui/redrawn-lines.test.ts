import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/ui/output.js';
import { redrawnLines } from '../../src/ui/redrawn-lines.js';
import { codesOf, type TerminalText } from '../../src/ui/terminal-text.js';

const ESCAPE = '\x1b';
const code = new RegExp(`${ESCAPE}\\[\\??\\d*[a-zA-Z]|[^${ESCAPE}]`, 'g');

/** What is on a terminal that interprets the few codes that are sent, as lines without those at the end that are empty. */
function terminalOf(columns: number, rows: number) {
  const size = { columns };
  let screen: string[] = [];
  let row = 0;
  const put = (codes: string) => {
    for (const part of codes.match(code) ?? []) {
      if (part === '\n') row++;
      else if (part === '\r' || part.startsWith('\x1b[?')) continue;
      else if (part === '\x1b[H') row = 0;
      else if (part === '\x1b[J') screen = screen.slice(0, row);
      else if (part === '\x1b[2K') screen[row] = '';
      else if (part.endsWith('A')) row -= Number(part.slice(2, -1));
      else screen[row] += part;
    }
  };
  const output = {
    rows,
    get columns() {
      return size.columns;
    },
    write: async (text: string | TerminalText) => {
      put(codesOf(text));
      return true;
    },
  } satisfies Pick<Output, 'columns' | 'rows' | 'write'>;
  put('\x1b[2Kprompt\n');
  return { size, output, screen: () => screen };
}

describe('redrawnLines', () => {
  it('draws lines in the place of the previous ones, also when they are fewer or more', async () => {
    const { output, screen } = terminalOf(80, 24);
    const drawing = redrawnLines(output);
    for (const lines of [['a', 'b'], ['cc'], ['d', 'e', 'f'], []]) {
      await drawing.show(lines);
      expect(screen()).toEqual(['prompt', ...lines]);
    }
  });

  it('clears the screen when the terminal has got another width', async () => {
    const { output, screen, size } = terminalOf(80, 24);
    const drawing = redrawnLines(output);
    await drawing.show(['a', 'b']);
    size.columns = 40;
    await drawing.show(['c']);
    expect(screen()).toEqual(['c']);
    await drawing.show(['d', 'e']);
    expect(screen()).toEqual(['d', 'e']);
  });

  it('counts the lines for which the terminal has no room', async () => {
    const { output, screen } = terminalOf(80, 4);
    const drawing = redrawnLines(output);
    await drawing.show(['a', 'b', 'c']);
    expect(screen()).toEqual(['prompt', 'a', 'b', 'c']);
    await drawing.show(['a', 'b', 'c', 'd', 'e']);
    expect(screen()).toEqual(['prompt', 'a', 'b', '... and 3 more lines']);
  });

  it('shows control characters of a line instead of sending them', async () => {
    const { output, screen } = terminalOf(80, 24);
    await redrawnLines(output).show(['\x1b[2J']);
    expect(screen()).toEqual(['prompt', '\\u{1b}[2J']);
  });
});
