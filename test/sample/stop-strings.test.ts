import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStopFilter } from '../../src/sample/stop-strings.js';

function filtered(pieces: readonly string[], stops: readonly string[]): { text: string; stopped: boolean } {
  const filter = createStopFilter(stops);
  let text = '';
  for (const piece of pieces) text += filter.push(piece);
  return { text: text + filter.end(), stopped: filter.stopped };
}

const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 30 });
const stopStrings = fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 5 }), { maxLength: 3 });

describe('stop strings', () => {
  it('cut the text before the first of them, wherever the borders between pieces are', () => {
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 8 }), stopStrings, (pieces, stops) => {
        const text = pieces.join('');
        const places = stops.map((stop) => text.indexOf(stop)).filter((place) => place >= 0);
        // A stop string may be complete while a longer one that begins before it still waits for its end.
        const { text: before, stopped } = filtered(pieces, stops);
        expect(stopped).toBe(places.length > 0);
        if (!stopped) expect(before).toBe(text);
        else expect(places.map((place) => text.slice(0, place))).toContain(before);
      }),
    );
  });

  it('with one string cut exactly where it begins', () => {
    fc.assert(
      fc.property(
        fc.array(letters, { maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 5 }),
        (pieces, stop) => {
          expect(filtered(pieces, [stop]).text).toBe(pieces.join('').split(stop)[0]);
        },
      ),
    );
  });

  it('hold back only text that may become one', () => {
    const filter = createStopFilter(['END.']);
    expect([filter.push('the E'), filter.push('N'), filter.push('T E'), filter.push('ND'), filter.push('. more')]).toEqual([
      'the ',
      '',
      'ENT ',
      '',
      '',
    ]);
    expect([filter.stopped, filter.push('x'), filter.end()]).toEqual([true, '', '']);
  });

  it('release at the end what they held back, once; another text can follow', () => {
    const filter = createStopFilter(['END.']);
    expect([filter.push('the EN'), filter.end(), filter.end(), filter.push('D.'), filter.end()]).toEqual([
      'the ',
      'EN',
      '',
      'D.',
      '',
    ]);
    expect(filter.stopped).toBe(false);
  });

  it('are not needed', () => {
    expect(filtered(['a', 'b'], [])).toEqual({ text: 'ab', stopped: false });
  });
});
