import { expect, it } from 'vitest';
import { chartTable } from '../../src/report/chart-table.js';

const chart = { type: 'chart', id: 'a', title: 'Loss', unit: 'nats', logarithmic: false } as const;
const many = Array.from({ length: 500 }, (_, i) => i + 1);

it('a chart as a table has a row for each marked step, with the values of the other lines there', () => {
  const { caption, columns, rows } = chartTable({
    ...chart,
    lines: [
      { name: 'training', kind: 'line', steps: many, values: many.map((step) => step / 2) },
      { name: 'validation', kind: 'points', steps: [100, 200, 333, 400], values: [4, 3, 2, 1] },
      { name: 'floor', kind: 'level', steps: [1, 500], values: [0.5, 0.5] },
    ],
  });
  expect(caption).toBe('Loss, nats');
  expect(columns.map(({ heading }) => heading)).toEqual(['step', 'training', 'validation', 'floor']);
  expect(rows).toEqual([
    ['100', '50', '4', '0.5'],
    ['200', '100', '3', '0.5'],
    ['333', '166.5', '2', '0.5'],
    ['400', '200', '1', '0.5'],
  ]);
});

it('a chart of dense lines as a table has 25 steps from the first to the last', () => {
  const { rows } = chartTable({ ...chart, lines: [{ name: 'norm', kind: 'line', steps: many, values: many }] });
  expect(rows).toHaveLength(25);
  expect([rows[0], rows.at(-1)]).toEqual([
    ['1', '1'],
    ['500', '500'],
  ]);
});
