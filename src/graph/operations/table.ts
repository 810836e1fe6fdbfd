import { type Attributes, apply, type Node, type Operation, type Values } from '../node.js';

/** A table that is known when a graph is made: one row of numbers that follow from a few others. */
interface TableKind {
  readonly columns: (attributes: Attributes) => number;
  readonly write: (attributes: Attributes, output: Values) => void;
}

/** Added to a score, it makes a probability zero, and is far from the largest float. */
export const HIDDEN = -1e9;

const kinds: Readonly<Record<string, TableKind>> = {
  /** For each of `steps` steps and each of `past` + `steps` positions: 0 where the step may see the position, else HIDDEN. */
  causal: {
    columns: ({ steps, past }) => (steps as number) * ((past as number) + (steps as number)),
    write({ steps, past }, output) {
      const positions = (past as number) + (steps as number);
      for (let t = 0; t < (steps as number); t++) {
        for (let u = 0; u < positions; u++) {
          const lag = (past as number) + t - u;
          output[t * positions + u] = lag >= 0 && lag <= (past as number) ? 0 : HIDDEN;
        }
      }
    },
  },
  /** Cosines (phase 0) or sines (phase 1) of p / base^(i / width) for positions p from `start` on, each with its `width` values of i. */
  rotation: {
    columns: ({ count, width }) => (count as number) * (width as number),
    write({ start, count, width, base, phase }, output) {
      const wave = phase === 0 ? Math.cos : Math.sin;
      for (let p = 0; p < (count as number); p++) {
        for (let i = 0; i < (width as number); i++) {
          const angle = ((start as number) + p) / (base as number) ** (i / (width as number));
          output[p * (width as number) + i] = wave(angle);
        }
      }
    },
  },
};

export const tableOperation: Operation = {
  name: 'table',
  shape: (_, attributes) => ({ rows: 1, columns: kinds[attributes.kind as string]!.columns(attributes) }),
  scope: () => 'shared',
  reference: (_, { attributes }, output) => kinds[attributes.kind as string]!.write(attributes, output),
};

/** The numbers of a table, in float32. */
export function tableValues({ attributes, columns }: Node): Float32Array<ArrayBuffer> {
  const values = new Float32Array(columns);
  kinds[attributes.kind as string]!.write(attributes, values);
  return values;
}

/**
 * Which positions each step of a window sees: itself and the `past` positions before it. [1, steps * (past + steps)], 0 for a position that
 * is seen and -1e9 for one that is not, to add to scores.
 */
export function causalTable(steps: number, past: number): Node {
  return apply(tableOperation, [], { kind: 'causal', steps, past });
}

/**
 * Angles of rotary positions (Su et al. 2021): the cosine or the sine of p / base^(i / width) for `count` positions p from `start` on and i
 * from 0 to width - 1. [1, count * width]
 */
export function rotationTable(wave: 'cosine' | 'sine', start: number, count: number, width: number, base = 10_000): Node {
  return apply(tableOperation, [], { kind: 'rotation', start, count, width, base, phase: wave === 'cosine' ? 0 : 1 });
}
