import { describe, expect, it } from 'vitest';
import { principalPlane } from '../../src/report/principal-components.js';

const vectors = (...rows: number[][]) => rows.map((row) => Float32Array.from(row));

describe('the principal plane', () => {
  it('of points on two orthogonal axes has these axes, the longer one first, with their shares of the variance', () => {
    // Along (0.6, 0.8, 0) from -5 to 5, and along (0, 0, 1) from -1 to 1, about the mean (1, 2, 3).
    const { places, shares } = principalPlane(vectors([-2, -2, 3], [4, 6, 3], [1, 2, 2], [1, 2, 4]));
    const sizes = places.map((place) => place.map((part) => Math.abs(part)));
    for (const [i, expected] of [
      [5, 0],
      [5, 0],
      [0, 1],
      [0, 1],
    ].entries())
      for (const [c, part] of expected.entries()) expect(sizes[i]![c]).toBeCloseTo(part, 5);
    expect(places[0]![0]).toBeCloseTo(-places[1]![0], 5);
    expect(shares[0]).toBeCloseTo(50 / 52, 6);
    expect(shares[1]).toBeCloseTo(2 / 52, 6);
  });

  it('keeps the distances of points in a plane of a larger space', () => {
    const [a, b] = [
      [0.5, 0.5, 0.5, 0.5],
      [0.5, -0.5, 0.5, -0.5],
    ] as const;
    const plane = [
      [0, 0],
      [3, 1],
      [-2, 2],
      [1, -1],
      [5, 0.5],
    ] as const;
    const { places } = principalPlane(plane.map(([x, y]) => Float32Array.from(a, (part, i) => x * part + y * b[i]! + 7)));
    const distance = (p: readonly number[], q: readonly number[]) => Math.hypot(p[0]! - q[0]!, p[1]! - q[1]!);
    for (const [i, p] of plane.entries())
      for (const [j, q] of plane.entries()) expect(distance(places[i]!, places[j]!)).toBeCloseTo(distance(p, q), 4);
  });

  it('of equal vectors is one point', () => {
    const { places, shares } = principalPlane(vectors([1, 2], [1, 2], [1, 2]));
    expect(places.flat().map(Math.abs)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(shares).toEqual([0, 0]);
  });
});
