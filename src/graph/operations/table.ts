import { cosineAndSine, realPower } from '../../foundation/special-functions.js';
import { type Attributes, apply, type Node, type Operation, type Values } from '../node.js';
import { columnsToRows, gatherRows } from './movement.js';

/** A constant table: one row of numbers computed from a few parameters when the graph is built. */
interface TableKind {
  readonly name: string;
  readonly columns: (attributes: Numbers) => number;
  readonly write: (attributes: Numbers, output: Values) => void;
}

type Numbers = Readonly<Record<'steps' | 'past' | 'start' | 'count' | 'width' | 'base' | 'phase', number>>;

/** Added to a score, it makes the probability zero; its magnitude is far below the largest float. */
export const HIDDEN = -30_000;

/** For each of `steps` steps and each of `past` + `steps` positions: 0 where the step may attend to the position, else HIDDEN. */
const causal: TableKind = {
  name: 'causal',
  columns: ({ steps, past }) => steps * (past + steps),
  write({ steps, past }, output) {
    const positions = past + steps;
    for (let t = 0; t < steps; t++) {
      for (let u = 0; u < positions; u++) output[t * positions + u] = u >= t && u <= t + past ? 0 : HIDDEN;
    }
  },
};

/** 0, 1, 2 and so on. */
const counting: TableKind = {
  name: 'counting',
  columns: ({ count }) => count,
  write({ count }, output) {
    for (let i = 0; i < count; i++) output[i] = i;
  },
};

/** Cosines (phase 0) or sines (phase 1) of p / base^(i / width) for positions p from `start` on, for each p and `width` values of i. */
const rotation: TableKind = {
  name: 'rotation',
  columns: ({ count, width }) => count * width,
  write({ start, count, width, base, phase }, output) {
    const wavelengths = Array.from({ length: width }, (_, i) => realPower(base, i / width));
    for (let p = 0; p < count; p++) {
      for (let i = 0; i < width; i++) output[p * width + i] = cosineAndSine((start + p) / wavelengths[i]!)[phase]!;
    }
  },
};

const kinds = [causal, counting, rotation];

const kindOf = ({ kind }: Attributes) => kinds.find(({ name }) => name === kind)!;

export const tableOperation: Operation = {
  name: 'table',
  shape: (_, attributes) => ({ rows: 1, columns: kindOf(attributes).columns(attributes as Numbers) }),
  scope: () => 'shared',
  reference: (_, { attributes }, output) => kindOf(attributes).write(attributes as Numbers, output),
};

/** The numbers of a table, in float32. */
export function tableValues({ attributes, columns }: Node): Float32Array<ArrayBuffer> {
  const values = new Float32Array(columns);
  kindOf(attributes).write(attributes as Numbers, values);
  return values;
}

/**
 * The causal mask of a window: each step may attend to itself and the `past` positions before it. [1, steps * (past + steps)], 0 for a
 * visible position and -30,000 for a hidden one, to be added to scores.
 */
export function causalTable(steps: number, past: number): Node {
  return apply(tableOperation, [], { kind: causal.name, steps, past });
}

/** Integers [R, 1] below `count` as floats. */
export function numbersOf(integers: Node, count: number): Node {
  const numbers = apply(tableOperation, [], { kind: counting.name, count });
  return gatherRows(columnsToRows(numbers, count), integers);
}

/**
 * Angles of rotary position embeddings (Su et al. 2021): the cosine or the sine of p / base^(i / width) for `count` positions p from
 * `start` on and i from 0 to width - 1. [1, count * width]
 */
export function rotationTable(wave: 'cosine' | 'sine', start: number, count: number, width: number, base = 10_000): Node {
  return apply(tableOperation, [], { kind: rotation.name, start, count, width, base, phase: wave === 'cosine' ? 0 : 1 });
}
