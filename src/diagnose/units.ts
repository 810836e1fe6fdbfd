import { quantilesOf } from '../foundation/quantiles.js';
import { architectureOf } from '../model/architecture.js';
import { layerName } from '../model/placed-layer.js';
import type { ModelOptions } from '../model/specification.js';
import { tappedValues } from '../model/tapped-values.js';
import type { TextObserver } from './observe.js';

/** A unit whose root mean square is at most this share of the median of its layer gives the next layer nothing: it is dead. */
const DEAD = 1e-3;
/** A unit whose standard deviation is below this share of its root mean square always gives the same value: it is stuck. */
const CONSTANT = 1e-2;
/** A unit between -1 and 1 is also stuck if its absolute value is above `LIMIT` in at least this share of the steps. */
const LIMIT = 0.99;
const ALWAYS = 0.99;
/** Where |tanh| is above this value, its derivative is below 0.06, and hardly any gradient passes. */
const SATURATED_ABOVE = 0.97;

/** How the units of a recurrent layer were used in a text. */
export interface LayerUnits {
  /** The index of the layer in the model. */
  readonly layer: number;
  /** Tokens that were read. */
  readonly steps: number;
  /** Mean and standard deviation of each unit's output, [units]. */
  readonly means: Float64Array;
  readonly deviations: Float64Array;
  /** Units whose output is always (nearly) 0, in ascending order. */
  readonly dead: readonly number[];
  /**
   * Other units whose output never changes, or which are at -1 or 1 nearly always (where a unit that switches between both still carries
   * information, but gets hardly any gradient), in ascending order.
   */
  readonly stuck: readonly number[];
}

/** How often a tanh of a recurrent layer is close to -1 or 1. */
export interface TanhSaturation {
  /** The index of the layer in the model. */
  readonly layer: number;
  /** The value in the layer: `candidate.g`, or `output` where a tanh is the output. */
  readonly tap: string;
  /** The share of all steps and units with an absolute value above 0.97, and that of each unit, [units]. */
  readonly saturated: number;
  readonly shares: Float64Array;
}

export interface UnitReport {
  readonly layers: readonly LayerUnits[];
  /** All values that a recurrent layer names and that are results of a tanh, in the order of the computation. */
  readonly tanhs: readonly TanhSaturation[];
}

/** Observes the outputs and the tanhs of all recurrent layers. */
export function unitObserver(model: ModelOptions): TextObserver<UnitReport> {
  const recurrent = architectureOf(model).layers.flatMap(({ layer, size }, index) => (layer.cell ? [{ index, size }] : []));
  const layers = recurrent.map(({ index, size }) => ({ index, tap: layerName(index, 'output'), moments: momentsOf(size) }));
  const tanhs = tappedValues(model)
    .filter(({ layer, operation }) => operation === 'tanh' && recurrent.some(({ index }) => index === layer))
    .map((value) => ({ ...value, counts: new Float64Array(value.columns) }));
  let steps = 0;
  return {
    taps: [...new Set([...layers.map(({ tap }) => tap), ...tanhs.map(({ name }) => name)])],
    add({ rows, positions, values }) {
      const outputs = layers.map(({ tap, moments }) => ({ moments, from: values(tap) }));
      const candidates = tanhs.map(({ name, counts }) => ({ counts, from: values(name) }));
      for (let row = 0; row < rows; row++) {
        if (positions[row]! < 0) continue;
        steps++;
        for (const { moments, from } of outputs) addMoments(moments, from, row);
        for (const { counts, from } of candidates) countSaturated(counts, from, row);
      }
    },
    result: () => ({
      layers: layers.map(({ index, moments }) => ({ layer: index, steps, ...unitsFrom(moments, steps) })),
      tanhs: tanhs.map(({ layer, own, counts }) => {
        const shares = counts.map((count) => count / steps);
        return { layer, tap: own, saturated: shares.reduce((sum, share) => sum + share, 0) / shares.length, shares };
      }),
    }),
  };
}

/** For each unit: sum, sum of squares, largest absolute value, and steps near -1 or 1. */
interface Moments {
  readonly sums: Float64Array;
  readonly squares: Float64Array;
  readonly largest: Float64Array;
  readonly atLimit: Float64Array;
}

const momentsOf = (units: number): Moments => ({
  sums: new Float64Array(units),
  squares: new Float64Array(units),
  largest: new Float64Array(units),
  atLimit: new Float64Array(units),
});

function addMoments({ sums, squares, largest, atLimit }: Moments, from: Float32Array, row: number): void {
  for (let unit = 0, i = row * sums.length; unit < sums.length; unit++, i++) {
    const value = from[i]!;
    const size = Math.abs(value);
    sums[unit]! += value;
    squares[unit]! += value * value;
    if (size > largest[unit]!) largest[unit] = size;
    if (size > LIMIT) atLimit[unit]!++;
  }
}

function countSaturated(counts: Float64Array, from: Float32Array, row: number): void {
  for (let unit = 0, i = row * counts.length; unit < counts.length; unit++, i++)
    if (Math.abs(from[i]!) > SATURATED_ABOVE) counts[unit]!++;
}

function unitsFrom({ sums, squares, largest, atLimit }: Moments, steps: number): Omit<LayerUnits, 'layer' | 'steps'> {
  const means = sums.map((sum) => sum / steps);
  const deviations = squares.map((sum, unit) => Math.sqrt(Math.max(0, sum / steps - means[unit]! * means[unit]!)));
  const sizes = squares.map((sum) => Math.sqrt(sum / steps));
  const [median] = quantilesOf(sizes, [0.5]);
  const units = [...sizes.keys()];
  const isDead = (unit: number) => sizes[unit]! <= DEAD * median!;
  // A layer of which a unit leaves -1 to 1 has no limits there.
  const isBounded = largest.every((value) => value <= 1);
  const isStuck = (unit: number) =>
    deviations[unit]! < CONSTANT * sizes[unit]! || (isBounded && atLimit[unit]! >= ALWAYS * steps);
  return {
    means,
    deviations,
    dead: units.filter(isDead),
    stuck: units.filter((unit) => !isDead(unit) && isStuck(unit)),
  };
}
