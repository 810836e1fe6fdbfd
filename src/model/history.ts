import type { Node } from '../graph/node.js';
import { concatenate, pad, rowsToColumns, slice } from '../graph/operations/movement.js';
import { add, constant, greater, minimum, multiply, negate, subtract } from '../graph/operations/pointwise.js';
import { causalTable, HIDDEN } from '../graph/operations/table.js';
import type { StateSpecification } from './declarations.js';
import type { LayerContext } from './layers/layer.js';

/**
 * The last positions of a layer, across the borders of windows. A window of T steps has U = P + T positions: the P before it, whose values
 * are a part of the state, and its own. At each step the position itself and the P before it are visible.
 */
export interface History {
  /** T and U. */
  readonly steps: number;
  readonly positions: number;
  /**
   * Values of each position, [T*B, w] each, are extended by those of the positions before the window: [B, U*w] each. They are stored
   * together, as the part of the state with this name.
   */
  remember(name: string, values: readonly Node[]): Node[];
  /** The mask for the scores of all steps and positions, [B, T*U]: 0 where a position is visible, else at most -30,000. */
  readonly hidden: Node;
  /** A part of the state after the window, by its name in `historyStates`. */
  next(name: string): Node;
}

/** The parts of the state for `past` positions with these values, and `known`: 1 for each position that exists in the text. */
export function historyStates(past: number, widths: Readonly<Record<string, number>>): StateSpecification[] {
  return [
    ...Object.entries(widths).map(([name, width]) => ({ name, columns: past * width })),
    { name: 'known', columns: past },
  ];
}

/** @param past P, at least 1 */
export function readHistory(context: LayerContext, past: number): History {
  const { steps, keep, state } = context;
  const positions = past + steps;
  const last = (all: Node, width: number) => slice(all, 'columns', steps * width, past * width);
  const next: Record<string, Node> = {};
  // 1 where a position before the window does not exist, 0 at all others; a text begins with a state of zeros.
  const absent = pad(subtract(constant(1), greater(state('known'), constant(0))), 'columns', 0, positions);
  const forgotten = keep && forgottenPositions(keep, steps, past);
  const ofSteps = forgotten ? forgotten.map((gone) => add(absent, gone)) : new Array<Node>(steps).fill(absent);
  const unknown = multiply(constant(HIDDEN), concatenate(ofSteps, 'columns'));
  return {
    steps,
    positions,
    hidden: steps === 1 ? unknown : add(unknown, causalTable(steps, past)),
    remember(name, values) {
      let start = 0;
      const all = values.map((value) => {
        const before = slice(state(name), 'columns', start, past * value.columns);
        start += past * value.columns;
        return concatenate([before, rowsToColumns(value, steps)], 'columns');
      });
      next[name] = concatenate(
        all.map((one, i) => last(one, values[i]!.columns)),
        'columns',
      );
      return all;
    },
    next(name) {
      if (name !== 'known') return next[name]!;
      const gone = forgotten ? minimum(add(absent, forgotten.at(-1)!), constant(1)) : absent;
      return last(subtract(constant(1), gone), 1);
    },
  };
}

/**
 * For each step, which positions, [B, U], are before the last reset of the state: 0 for those since the reset, at least 1 for those before
 * it. They are distinguished by the number of resets up to a position.
 * @param keep [T*B, 1], 0 where the state is reset before a step, else 1
 */
function forgottenPositions(keep: Node, steps: number, past: number): Node[] {
  const batch = keep.rows / steps;
  const counts: Node[] = [];
  for (let t = 0; t < steps; t++) {
    const forgets = subtract(constant(1), slice(keep, 'rows', t * batch, batch));
    counts.push(t === 0 ? forgets : add(counts[t - 1]!, forgets));
  }
  const all = pad(concatenate(counts, 'columns'), 'columns', past, past + steps);
  // A later position has a larger count, but the causal table hides it.
  return counts.map((count) => negate(minimum(subtract(all, count), constant(0))));
}
