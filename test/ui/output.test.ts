import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createOutput } from '../../src/ui/output.js';
import { styled, TerminalText } from '../../src/ui/terminal-text.js';

function terminal(columns: number, isTTY = true) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns }) as unknown as NodeJS.WriteStream & PassThrough;
  return { stream, output: createOutput(stream, {}), sent: () => String(stream.read() ?? '') };
}

describe('an output', () => {
  it('escapes strings, and sends TerminalText unchanged', () => {
    const { output, sent } = terminal(80);
    output.write('a\x1b[31m\n');
    expect(sent()).toBe('a\\u{1b}[31m\n');
    output.write(styled`${new TerminalText('\x1b[31m')}${'b\x1b\n'}`);
    expect(sent()).toBe('\x1b[31mb\\u{1b}\\n');
    // A template literal makes a plain string of it.
    output.write(`${new TerminalText('\x1b[31m')}`);
    expect(sent()).toBe('\\u{1b}[31m');
  });

  it('treats 0 columns as 80, also for libraries that read the stream, and follows changes', () => {
    const { stream, output } = terminal(0);
    expect([stream.columns, output.columns]).toEqual([80, 80]);
    stream.columns = 40;
    expect([stream.columns, output.columns]).toEqual([40, 40]);
    stream.columns = 0;
    expect([stream.columns, output.columns]).toEqual([80, 80]);
  });

  it('breaks lines between words on a terminal, and nowhere else', () => {
    const { output, sent } = terminal(20);
    output.line('the fox saw the crow\nthe crow saw the fox, and a/path/that/is/longer/than/a/line was there');
    expect(sent().split('\n')).toEqual([
      'the fox saw the crow',
      'the crow saw the',
      '  fox, and',
      '  a/path/that/is/longer/than/a/line',
      '  was there',
      '',
    ]);
    output.line(styled`${new TerminalText('\x1b[2mthe fox\x1b[22m')} saw 世界世界世 the crow`);
    expect(sent().split('\n')).toEqual(['\x1b[2mthe fox\x1b[22m saw', '  世界世界世 the', '  crow', '']);
    const file = terminal(20, false);
    file.output.line('the fox saw the crow and the crow saw the fox');
    expect(file.sent()).toBe('the fox saw the crow and the crow saw the fox\n');
  });

  it('reports why it cannot write any more', async () => {
    const failure = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(failure) });
    const output = createOutput(stream as unknown as NodeJS.WriteStream, {});
    expect(output.failure).toBeUndefined();
    expect(await output.write('a')).toBe(false);
    expect(output.failure).toBe(failure);
    expect(await output.write('b')).toBe(false);
  });
});
