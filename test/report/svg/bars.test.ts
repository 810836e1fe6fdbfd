import { expect, it } from 'vitest';
import type { BarsBlock } from '../../../src/report/blocks.js';
import { barsTable } from '../../../src/report/chart-table.js';
import { barsPicture } from '../../../src/report/svg/bars.js';
import { inlinePicture } from '../../../src/report/svg/picture.js';

const block: BarsBlock = {
  type: 'bars',
  id: 'bars',
  title: 'Shares',
  unit: 'share',
  logarithmic: false,
  parts: ['loss'],
  barsAre: 'token',
  bars: [
    { name: 'a', lengths: [2], text: 'two' },
    { name: 'b <', lengths: [1], text: 'one' },
  ],
};
const svgOf = (bars: BarsBlock) => inlinePicture(bars.title, barsPicture(bars)).html;
const rectsOf = (bars: BarsBlock) =>
  [...svgOf(bars).matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="14" fill="([^"]+)"/g)].map(
    ([, x, width, fill]) => ({ x: Number(x), width: Number(width), fill }),
  );

it('bars are as long as their values, from one left side, with names and values as text', () => {
  const [a, b] = rectsOf(block);
  expect([a!.x, b!.width]).toEqual([b!.x, a!.width / 2]);
  for (const text of ['>two<', '>one<', '>b &#60;<', '>share →<']) expect(svgOf(block)).toContain(text);
});

it('bars on a logarithmic axis have lengths of logarithms, and 0 has no length', () => {
  const lengths = [0.001, 0.01, 0.1, 0].map((value) => ({ name: 'x', lengths: [value], text: '' }));
  const [small, middle, large, none] = rectsOf({ ...block, logarithmic: true, bars: lengths });
  expect(small!.width).toBeGreaterThan(0);
  expect(large!.width - middle!.width).toBeCloseTo(middle!.width - small!.width, 1);
  expect(none!.width).toBe(0);
});

it('parts of a bar follow each other in different colours, to the end of the axis, with a legend', () => {
  const gates: BarsBlock = {
    ...block,
    end: 1,
    parts: ['closed', 'between', 'open'],
    bars: [{ name: 'f', lengths: [0.25, 0.25, 0.5], text: '' }],
  };
  const rects = rectsOf(gates);
  const [closed, between, open] = rects.slice(-3) as [(typeof rects)[0], (typeof rects)[0], (typeof rects)[0]];
  expect(between.x).toBeCloseTo(closed.x + closed.width, 1);
  expect(open.x).toBeCloseTo(between.x + between.width, 1);
  expect(open.width).toBeCloseTo(2 * closed.width, 1);
  expect(new Set([closed.fill, between.fill, open.fill]).size).toBe(3);
  for (const name of gates.parts) expect(svgOf(gates)).toContain(`>${name}</text>`);
});

it('a mark and a level are drawn and explained, and a mark at the end of the axis stays in the picture', () => {
  const marked: BarsBlock = {
    ...block,
    markIs: 'before',
    level: { at: 1, name: 'usual' },
    bars: [{ name: 'a', lengths: [1], text: '1', mark: 4 }],
  };
  const svg = svgOf(marked);
  for (const name of ['before', 'usual']) expect(svg).toContain(`>${name}</text>`);
  expect(svg.match(/l5 -6l5 6l-5 6z/g)).toHaveLength(2);
  const [bar] = rectsOf(marked);
  const marks = [...svg.matchAll(/<path d="M([\d.]+) /g)].map(([, x]) => Number(x) + 5);
  expect(Math.max(...marks) - bar!.x).toBeCloseTo(4 * bar!.width, 0);
  expect(barsTable(marked).rows).toEqual([['a', '1', '4', '1']]);
});

it('long names are cut in the picture, not in its table', () => {
  const name = 'n'.repeat(100);
  const long = { ...block, bars: [{ name, lengths: [1], text: '' }] };
  expect(svgOf(long)).toContain(`${'n'.repeat(39)}…`);
  expect(svgOf(long)).not.toContain(name);
  expect(barsTable(long).rows[0]).toEqual([name, '1', '']);
});

it.each([true, false])(
  'a value that is not finite has no bar and no mark, and is named in the table: logarithmic %s',
  (logarithmic) => {
    const bars = [Number.NaN, 1].map((value) => ({ name: 'x', lengths: [value], text: '', mark: value }));
    const diverged = { ...block, logarithmic, markIs: 'before', bars };
    expect(svgOf(diverged)).not.toContain('NaN');
    expect(rectsOf(diverged)[0]!.width).toBe(0);
    // One in the legend, one of the second bar.
    expect(svgOf(diverged).match(/l5 -6l5 6l-5 6z/g)).toHaveLength(2);
    expect(barsTable(diverged).rows[0]).toEqual(['x', 'not finite', 'not finite', '']);
  },
);
