import { philox4x32 } from '../../foundation/random.js';
import { apply, type Node, type Operation } from '../node.js';

/** Uniform draws have 24 bits, as many as a float32 fraction. */
const STEPS = 1 << 24;

/** An element is kept where its 24-bit draw is below this number. */
export function keepThreshold(rate: number): number {
  return Math.round((1 - rate) * STEPS);
}

export const dropoutMaskOperation: Operation = {
  name: 'dropoutMask',
  shape: (_, { rows, columns }) => ({ rows: rows as number, columns: columns as number }),
  scope: ({ shared }) => (shared ? 'shared' : 'sharded'),
  gradient: () => [undefined],
  reference([step], node, output, { shard, shards }) {
    const { rate, site, batch, shared, keyLow, keyHigh } = node.attributes as Record<string, number>;
    const threshold = keepThreshold(rate!);
    const scale = Math.fround(1 / (1 - rate!));
    const counter = new Uint32Array(4);
    const draws = new Uint32Array(4);
    for (let r = 0; r < node.rows; r++) {
      const row = shared ? r : Math.floor(r / batch!) * batch! * shards + shard * batch! + (r % batch!);
      for (let c = 0; c < node.columns; c++) {
        if (c % 4 === 0) {
          counter.set([row, c >> 2, site!, step![0]!]);
          philox4x32(counter, keyLow!, keyHigh!, draws);
        }
        output[r * node.columns + c] = draws[c % 4]! >>> 8 < threshold ? scale : 0;
      }
    }
  },
};

interface DropoutMaskOptions {
  /** Time-major: row t * batch + b. */
  rows: number;
  columns: number;
  /** Sequences of each shard. Absent: the mask is a shared value, the same for all shards. */
  batch?: number;
  /** Probability that an element is dropped. */
  rate: number;
  /** The number of this mask among those of the model: each site has its own draws. */
  site: number;
  seed: number;
}

/**
 * A mask of 0 (dropped) and 1 / (1 - rate) (kept): inverted dropout, so inference needs no scaling. Every element is a pure function of
 * seed, site, step and its place in the whole batch or the shared value (Philox 4x32-10). Shards, threads, engines and resumed runs
 * therefore draw the same mask. `step` is an integer scalar.
 */
export function dropoutMask(step: Node, { rows, columns, batch, rate, site, seed }: DropoutMaskOptions): Node {
  const keyLow = seed >>> 0;
  const keyHigh = Math.floor(seed / 4294967296) >>> 0;
  return apply(dropoutMaskOperation, [step], {
    rows,
    columns,
    batch: batch ?? rows,
    shared: batch === undefined,
    rate,
    site,
    keyLow,
    keyHigh,
  });
}
