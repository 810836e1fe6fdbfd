import { describe, expect, it } from 'vitest';
import { canColour, canRedraw, createPalette } from '../../src/ui/colours.js';

const on = (environment: Record<string, string>, isTTY = true) => ({ isTTY, environment: { TERM: 'xterm', ...environment } });

describe('terminal traits', () => {
  it.each([
    ['a terminal', on({}), true, true],
    ['no terminal', on({}, false), false, false],
    ['a dumb terminal', on({ TERM: 'dumb' }), false, false],
    ['NO_COLOR', on({ NO_COLOR: '1' }), true, false],
    ['an empty NO_COLOR', on({ NO_COLOR: '' }), true, true],
    ['FORCE_COLOR off a terminal', on({ FORCE_COLOR: '1' }, false), false, true],
    ['an empty FORCE_COLOR off a terminal', on({ FORCE_COLOR: '' }, false), false, true],
    ['FORCE_COLOR on a dumb terminal', on({ FORCE_COLOR: '3', TERM: 'dumb' }), false, true],
    ['FORCE_COLOR=0', on({ FORCE_COLOR: '0' }), true, false],
    ['FORCE_COLOR=false', on({ FORCE_COLOR: 'false' }), true, false],
    ['FORCE_COLOR beside NO_COLOR', on({ FORCE_COLOR: '1', NO_COLOR: '1' }, false), false, true],
  ])('with %s redraw and colour as they should', (_, traits, redraw, colour) => {
    expect([canRedraw(traits), canColour(traits)]).toEqual([redraw, colour]);
  });

  it('colours only when enabled', () => {
    expect(createPalette(true).good('x').codes).toBe('\x1b[32mx\x1b[39m');
    expect(createPalette(false).good('x').codes).toBe('x');
  });
});
