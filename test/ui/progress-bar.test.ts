import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createPalette } from '../../src/ui/colours.js';
import { createProgressBar } from '../../src/ui/progress-bar.js';
import { codesOf, type TerminalText } from '../../src/ui/terminal-text.js';
import { start, step, validation } from './events.js';

const ESC = '\x1b';

function progress(columns = 80) {
  const writes: string[] = [];
  const output = {
    columns,
    write: (text: string | TerminalText) => writes.push(codesOf(text)),
    line: (text: string | TerminalText) => writes.push(`${codesOf(text)}\n`),
  };
  let time = 0;
  const display = createProgressBar({ output, palette: createPalette(false), now: () => time++ });
  return { output, writes, sent: () => writes.join(''), display };
}

describe('createProgressBar', () => {
  it('draws a bar that leaves the last column free', () => {
    const { sent, display } = progress(60);
    display.onEvent(start());
    display.onEvent(step());
    display.onEvent(validation());
    display.close();
    const bars = sent()
      .split(ESC)
      .filter((text) => text.includes('[='))
      .map((text) => text.slice(text.indexOf('[=')));
    expect(bars.length).toBeGreaterThan(0);
    for (const bar of bars) expect(bar).toHaveLength(59);
  });

  it('prints permanent text as separate lines', () => {
    const { sent, display } = progress();
    display.onEvent(start());
    display.onEvent(validation());
    display.notice('a word');
    display.close();
    expect(sent()).toMatch(/148,353 parameters.*\n/);
    expect(sent()).toMatch(/epoch 3, step 1,317: validation loss 1\.5000, perplexity 4\.48 {2}best so far\n/);
    expect(sent()).toMatch(/a word\n/);
  });

  it('does not change a mode of the terminal, so that a killed process leaves it usable', () => {
    const { writes, display } = progress();
    display.onEvent(start());
    for (let i = 1; i <= 20; i++) display.onEvent(step({ step: i }));
    display.close();
    // Within each drawing, which is one write, lines are not wrapped.
    const rest = writes.map((text) => text.replace(new RegExp(`^${ESC}\\[\\?7l(.*)${ESC}\\[\\?7h$`, 's'), '$1'));
    expect(rest.filter((text) => text.includes(`${ESC}[?`))).toEqual([]);
  });

  it('ends with an empty line, and draws nothing after that', () => {
    const { sent, writes, display } = progress();
    display.onEvent(start());
    display.onEvent(step());
    display.close();
    expect(writes.at(-1)).toBe(`${ESC}[?7l${ESC}[2K ${ESC}[J\r${ESC}[?7h`);
    const before = sent();
    display.onEvent(step());
    display.close();
    expect(sent()).toBe(before);
  });

  it('leaves the cursor at the start of its line, so that a terminal that rewraps the line leaves nothing of it behind', () => {
    const { output, writes, display } = progress();
    display.onEvent(start());
    output.columns = 40;
    display.onEvent(validation());
    display.close();
    const drawings = writes.filter((text) => text.includes(`${ESC}[2K`));
    for (const drawing of drawings) expect(drawing.endsWith(`${ESC}[J\r${ESC}[?7h`)).toBe(true);
    expect(drawings.map((text) => stripVTControlCharacters(text).replace('\r', '').length)).toContain(39);
  });

  it('shows a loss that is smoothed over the steps', () => {
    const { sent, display } = progress();
    display.onEvent(start());
    for (let i = 1; i <= 200; i++) display.onEvent(step({ step: i, loss: 3 + (i % 2) }));
    display.close();
    const [, loss = ''] = /loss ([\d.]+)[^\r]*\r[^\r]*\r[^\r]*$/.exec(sent()) ?? [];
    expect(Math.abs(Number(loss) - 3.5)).toBeLessThan(0.05);
  });
});
