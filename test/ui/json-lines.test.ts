import { describe, expect, it } from 'vitest';
import { createJsonLines } from '../../src/ui/json-lines.js';
import { codesOf } from '../../src/ui/terminal-text.js';
import { end, start, step } from './events.js';

describe('createJsonLines', () => {
  it('writes each event as a line, and everything else to the other stream', () => {
    let output = '';
    let errors = '';
    const display = createJsonLines({
      output: { write: (text) => (output += text) },
      errors: { line: (text) => (errors += `${codesOf(text)}\n`) },
    });
    const events = [start(), step(), end()];
    display.notice('a word');
    for (const event of events) display.onEvent(event);
    display.close();
    expect(
      output
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    ).toEqual(events);
    expect(errors).toBe('a word\n');
  });
});
