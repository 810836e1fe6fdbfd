import { expect, it } from 'vitest';
import { reportLines } from '../../../src/commands/shared/report-lines.js';
import type { JsonValue } from '../../../src/foundation/strict-json.js';

const { fact, settings } = reportLines(80);

it('shows the beginning of a value of any length', () => {
  for (const value of ['ab'.repeat(10_000_000), ' a'.repeat(10_000_000), '\u0300'.repeat(10_000_000)]) {
    const lines = fact('note', value);
    expect(lines.join('').length).toBeLessThan(15_000);
    expect(lines.at(-1)).toMatch(/…$/);
  }
});

it('shows the beginning of a list or map of any size and depth', () => {
  const long = Array.from({ length: 100_000 }, (_, i) => i);
  const deep = Array.from({ length: 90 }).reduce<JsonValue>((inner) => [inner, inner], 1 as JsonValue);
  for (const value of [long, Object.fromEntries(long.map((i) => [`k${i}`, i])), deep]) {
    const lines = settings({ value });
    expect(lines.join('').length).toBeLessThan(15_000);
    expect(lines.join('')).toContain('…');
  }
});

it('does not change a value that fits', () => {
  expect(settings({ path: ['a.txt', 'b.txt'], split: { train: 0.8, test: 0.2 } })).toEqual([
    '  path            [a.txt, b.txt]',
    '  split           train: 0.8, test: 0.2',
  ]);
});
