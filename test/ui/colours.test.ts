import { describe, expect, it } from 'vitest';
import { canColour, canRedraw, createPalette } from '../../src/ui/colours.js';

const terminal = { isTTY: true, environment: { TERM: 'xterm' }, colour: true };

describe('terminal traits', () => {
  it('redraws and colours on a terminal', () => expect([canRedraw(terminal), canColour(terminal)]).toEqual([true, true]));

  it.each([
    ['off a terminal', { ...terminal, isTTY: false }],
    ['on a dumb one', { ...terminal, environment: { TERM: 'dumb' } }],
  ])('does neither %s', (_, traits) => expect([canRedraw(traits), canColour(traits)]).toEqual([false, false]));

  it.each([
    ['NO_COLOR', { ...terminal, environment: { NO_COLOR: '1' } }],
    ['--no-color', { ...terminal, colour: false }],
  ])('redraws without colour after %s', (_, traits) => expect([canRedraw(traits), canColour(traits)]).toEqual([true, false]));

  it('takes an empty NO_COLOR for none', () => expect(canColour({ ...terminal, environment: { NO_COLOR: '' } })).toBe(true));

  it('paints only when enabled', () => {
    expect(createPalette(true).good('x')).toBe('\x1b[32mx\x1b[39m');
    expect(createPalette(false).good('x')).toBe('x');
  });
});
