import { describe, expect, it } from 'vitest';
import { barLine } from '../../src/ui/bar-line.js';

const fields = [
  { text: '3m of 9m', worth: 3 },
  { text: '7 candidates', worth: 1 },
  { text: 'best 1.5', worth: 2 },
];

describe('a bar with fields', () => {
  it('has all fields where there is room, and a bar of limited length', () => {
    const line = barLine(1 / 3, fields, 200);
    expect(line).toBe(`[${'='.repeat(15)}>${' '.repeat(34)}]  3m of 9m  7 candidates  best 1.5`);
  });

  it('leaves out the least important fields first, and the bar last', () => {
    expect(barLine(1 / 3, fields, 40)).toBe('[=====>            ]  3m of 9m  best 1.5');
    expect(barLine(1 / 3, fields, 25)).toBe('[===>         ]  3m of 9m');
    expect(barLine(1 / 3, fields, 12)).toBe('3m of 9m');
    expect(barLine(1 / 3, fields, 6)).toBe('[>   ]');
  });

  it('never has more columns than there are', () => {
    for (let columns = 0; columns < 120; columns++)
      for (const share of [0, 0.01, 0.5, 1])
        expect(barLine(share, fields, columns).length).toBeLessThanOrEqual(Math.max(0, columns));
  });
});
