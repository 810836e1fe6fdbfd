import { expect, it } from 'vitest';
import type { ParallelBlock } from '../../../src/report/blocks.js';
import { parallelPicture } from '../../../src/report/svg/parallel-coordinates.js';
import { inlinePicture } from '../../../src/report/svg/picture.js';

const axis = (name: string, label: string) => ({ name, ticks: [{ place: 0, label }] });
const blockOf = (label: string): ParallelBlock => ({
  type: 'parallel',
  id: 'candidates',
  title: 'Candidates',
  axes: [axis('learningRate', label), axis('loss', '2')],
  lines: [
    { name: 'candidate 1', places: [0, 1] },
    { name: 'candidate 0', places: [1, 0.5] },
  ],
});
const svgOf = (label: string) => inlinePicture('Candidates', parallelPicture(blockOf(label))).html;

it.each(['1', '0.0003333', '1.23456789e-12'])('the labels of the first axis have space before it: %s', (label) => {
  // A figure of the font of pictures is about 7 units wide.
  const [, end] = svgOf(label).match(new RegExp(`<text class="tick" x="([\\d.]+)"[^>]*>${label}<`))!;
  expect(Number(end)).toBeGreaterThan(7 * label.length);
});

it('lines go from place to place, the best one in front', () => {
  const svg = svgOf('1');
  const paths = [...svg.matchAll(/<path d="([^"]+)" fill="none" stroke="([^"]+)"/g)].map(([, path, colour]) => [path, colour]);
  expect(paths).toEqual([
    ['M70 44L490 212', 'var(--series-0)'],
    ['M70 380L490 44', 'var(--series-1)'],
  ]);
});
