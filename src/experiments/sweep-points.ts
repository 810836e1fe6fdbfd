import type { Sweep } from '../config/sweep-flag.js';
import { shortPaths } from './config-leaves.js';

/** One combination of the values of several keys. */
export interface SweepPoint {
  /** Overrides of the config, `key=value`. */
  readonly changes: readonly string[];
  /** A name for a folder: `learningRate=0.001,size=64`. Empty where nothing is varied. */
  readonly name: string;
}

/** The longest name of a folder. */
const LONGEST = 120;

/** All combinations of the values, the last key varying fastest. */
export function sweepPoints(sweeps: readonly Sweep[]): SweepPoint[] {
  const names = shortPaths(sweeps.map(({ key }) => key));
  let points: SweepPoint[] = [{ changes: [], name: '' }];
  for (const [i, { key, values }] of sweeps.entries()) {
    points = points.flatMap((point) =>
      values.map((value) => ({
        changes: [...point.changes, `${key}=${value}`],
        name: [...(point.name === '' ? [] : [point.name]), `${names[i]}=${fileName(value)}`].join(','),
      })),
    );
  }
  return points.map(({ changes, name }, i) => ({ changes, name: unique(name.slice(0, LONGEST), i, points) }));
}

/** A value with characters that a folder may have on every system. */
const fileName = (value: string) => value.replace(/["{}]/g, '').replace(/[^\p{L}\p{N}.+-]+/gu, '-');

/** Different values may give the same name, which is then numbered. */
function unique(name: string, place: number, points: readonly SweepPoint[]): string {
  const before = points.slice(0, place).filter((other) => other.name.slice(0, LONGEST) === name).length;
  return before === 0 ? name : `${name} (${before + 1})`;
}
