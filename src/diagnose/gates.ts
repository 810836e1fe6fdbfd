import { architectureOf } from '../model/architecture.js';
import { layerName } from '../model/placed-layer.js';
import type { ModelOptions } from '../model/specification.js';
import { tappedValues } from '../model/tapped-values.js';
import type { TextObserver } from './observe.js';

/** A gate is closed below the first of these values, and open above the second (Karpathy, Johnson and Fei-Fei 2015, section 4.2). */
export const CLOSED_BELOW = 0.1;
export const OPEN_ABOVE = 0.9;

/** How a gate of a layer was used in a text. All units and steps have equal weight. */
export interface GateUse {
  /** The index of the layer in the model. */
  readonly layer: number;
  /** The name of the gate in its cell: `f`. */
  readonly gate: string;
  /** Tokens that were read. */
  readonly steps: number;
  /** Columns of the gate: the units of the layer, or the heads of an mLSTM for its i and f. */
  readonly units: number;
  readonly mean: number;
  /** The shares of values below 0.1 and above 0.9. */
  readonly closed: number;
  readonly open: number;
  /** For each unit the mean, and the shares of steps below 0.1 and above 0.9, [units]. */
  readonly means: Float64Array;
  readonly closedShares: Float64Array;
  readonly openShares: Float64Array;
}

/** How long the units of a layer remember, by the gate that its cell declares (`Retention`). */
export interface LayerMemory {
  /** The index of the layer in the model. */
  readonly layer: number;
  /** The tap of the gate in the cell: `gate.f`; and whether what is kept is 1 minus its value. */
  readonly tap: string;
  readonly inverted: boolean;
  /** For each unit the mean share of its memory that a step keeps, [units]. */
  readonly kept: Float64Array;
  /**
   * For each unit the steps in which its memory falls to 1/e, -1 / ln(mean of the kept share), [units]: 0 where nothing is kept, Infinity
   * where everything is. Zoneout, which also keeps values, is not counted.
   */
  readonly timeConstants: Float64Array;
}

export interface GateReport {
  readonly gates: readonly GateUse[];
  readonly memories: readonly LayerMemory[];
}

/**
 * Observes the gates of all recurrent layers.
 *
 * The gates i and f of the sLSTM and the mLSTM are shown as they are computed, in the scale that makes the larger of both 1; their time
 * constants are those of the share that is kept, which does not depend on the scale.
 */
export function gateObserver(model: ModelOptions): TextObserver<GateReport> {
  const values = tappedValues(model);
  const gates = values.filter(({ own }) => own.startsWith('gate.'));
  const memories = architectureOf(model).layers.flatMap(({ layer: { cell } }, layer) =>
    cell?.retention ? [{ layer, ...cell.retention }] : [],
  );
  const kept = new Set(memories.map(({ layer, tap }) => layerName(layer, tap)));
  const counters = values
    .filter((value) => gates.includes(value) || kept.has(value.name))
    .map((value) => ({ value, ...counterOf(value.columns) }));
  const counterNamed = new Map(counters.map((counter) => [counter.value.name, counter]));
  let steps = 0;
  return {
    taps: counters.map(({ value }) => value.name),
    add({ rows, positions, values }) {
      const read = counters.map((counter) => ({ counter, from: values(counter.value.name) }));
      for (let row = 0; row < rows; row++) {
        if (positions[row]! < 0) continue;
        steps++;
        for (const { counter, from } of read) count(counter, from, row);
      }
    },
    result: () => ({
      gates: gates.map(({ layer, own, name, columns: units }) => {
        const { sums, closed, open } = counterNamed.get(name)!;
        const [means, closedShares, openShares] = [sums, closed, open].map((of) => of.map((value) => value / steps));
        return {
          layer,
          gate: own.slice('gate.'.length),
          steps,
          units,
          mean: meanOver(means!),
          closed: meanOver(closedShares!),
          open: meanOver(openShares!),
          means: means!,
          closedShares: closedShares!,
          openShares: openShares!,
        };
      }),
      memories: memories.map(({ layer, tap, inverted = false }) => {
        const { sums } = counterNamed.get(layerName(layer, tap))!;
        const shares = sums.map((sum) => (inverted ? 1 - sum / steps : sum / steps));
        return { layer, tap, inverted, kept: shares, timeConstants: shares.map(timeConstant) };
      }),
    }),
  };
}

/** The steps in which a memory falls to 1/e, when each step keeps a share of it. Rounding can bring a share slightly outside of 0 to 1. */
function timeConstant(share: number): number {
  if (share <= 0) return 0;
  return share >= 1 ? Number.POSITIVE_INFINITY : -1 / Math.log(share);
}

/** Sums for each unit: of the values, and of the steps below 0.1 and above 0.9. */
interface Counter {
  readonly sums: Float64Array;
  readonly closed: Float64Array;
  readonly open: Float64Array;
}

const counterOf = (units: number): Counter => ({
  sums: new Float64Array(units),
  closed: new Float64Array(units),
  open: new Float64Array(units),
});

function count({ sums, closed, open }: Counter, from: Float32Array, row: number): void {
  for (let unit = 0, i = row * sums.length; unit < sums.length; unit++, i++) {
    const value = from[i]!;
    sums[unit]! += value;
    if (value < CLOSED_BELOW) closed[unit]!++;
    if (value > OPEN_ABOVE) open[unit]!++;
  }
}

const meanOver = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
