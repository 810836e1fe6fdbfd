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

it('a chart with an axis of its own as a table has its name and its values, closer together at the beginning of a logarithmic axis', () => {
  const axis = { name: 'Steps back', logarithmic: true, marks: [] };
  const { columns, rows } = chartTable({ ...chart, axis, lines: [{ name: 'norm', kind: 'line', steps: many, values: many }] });
  expect(columns[0]!.heading).toBe('steps back');
  const steps = rows.map(([step]) => Number(step));
  expect([steps[0], steps[1], steps.at(-1)]).toEqual([1, 2, 500]);
  expect(steps.at(-1)! - steps.at(-2)!).toBeGreaterThan(80);
  expect(steps.length).toBeGreaterThan(15);
  const shares = chartTable({ ...chart, axis, lines: [{ name: 'p', kind: 'points', steps: [0.25, 0.5], values: [1, 2] }] });
  expect(shares.rows).toEqual([
    ['0.25', '1'],
    ['0.5', '2'],
  ]);
});
