import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createPalette } from '../../src/ui/colours.js';
import { createProgressBar } from '../../src/ui/progress-bar.js';
import { start, step, validation } from './events.js';

const ESC = '\x1b';

/** A terminal that remembers what it was sent. */
class Terminal extends Writable {
  readonly isTTY = true;
  sent = '';

  constructor(readonly columns: number) {
    super();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.sent += chunk;
    done();
  }
}

function progress(columns = 80) {
  const stream = new Terminal(columns);
  let time = 0;
  const display = createProgressBar({ stream, palette: createPalette(false), now: () => time++ });
  return { stream, display };
}

describe('createProgressBar', () => {
  it('draws a bar that leaves the last column free', () => {
    const { stream, display } = progress(60);
    display.onEvent(start());
    display.onEvent(step());
    display.onEvent(validation());
    display.close();
    const bars = stream.sent
      .split(ESC)
      .filter((text) => text.includes('[='))
      .map((text) => text.slice(text.indexOf('[=')));
    expect(bars.length).toBeGreaterThan(0);
    for (const bar of bars) expect(bar).toHaveLength(59);
  });

  it('prints what shall stay as lines of their own', () => {
    const { stream, display } = progress();
    display.onEvent(start());
    display.onEvent(validation());
    display.notice('a word');
    display.close();
    expect(stream.sent).toMatch(/148,353 parameters.*\n/);
    expect(stream.sent).toMatch(/epoch 3, step 1,317: validation loss 1\.5000, perplexity 4\.48 {2}best so far\n/);
    expect(stream.sent).toMatch(/a word\n/);
  });

  it('changes no mode of the terminal, so that a killed process leaves it as it was', () => {
    const { stream, display } = progress();
    display.onEvent(start());
    for (let i = 1; i <= 20; i++) display.onEvent(step({ step: i }));
    display.close();
    expect(stream.sent).not.toContain('\x1b[?');
  });

  it('ends with an empty line, and draws nothing after that', () => {
    const { stream, display } = progress();
    display.onEvent(start());
    display.onEvent(step());
    display.close();
    expect(stream.sent.endsWith(`${ESC}[1G${ESC}[2K`)).toBe(true);
    const before = stream.sent;
    display.onEvent(step());
    display.close();
    expect(stream.sent).toBe(before);
  });
});
