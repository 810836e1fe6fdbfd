import { addPair, type GradientPrecision } from '../parallel/team.js';

/**
 * Sums of gradients of an update: over its windows in their order, and over the microbatches of its batch by pairs. Sums are made in place,
 * in the array that back-propagation writes.
 */
export interface GradientSums {
  /** Takes the gradients of the next window of a microbatch; after the last one they are the sum over its windows. */
  addWindow(gradients: Float32Array, part: Part): void;
  /** Takes the gradients of the next microbatch; after the last one they are the sum over all. */
  addMicrobatch(gradients: Float32Array, part: Part): void;
}

/** A position among several: `index` from 0, of `count`. */
export interface Part {
  readonly index: number;
  readonly count: number;
}

/**
 * Gradients are already divided by the tokens of the whole update, so that their sum is the gradient of the mean loss over these tokens.
 *
 * Microbatches are added as a binary tree: (0 + 1) + (2 + 3), and so on. The sum over an aligned group of 2^k of them is then a node of the
 * tree, so that processes that compute such groups get the same bits as one that computes all.
 *
 * @param length floats of the gradients
 * @param precision to which the sums of microbatches are rounded before they are added. Default float32
 */
export function createGradientSums(length: number, precision: GradientPrecision = 'float32'): GradientSums {
  const windows = lazyArray(length);
  /** At k: the sum of 2^k microbatches that waits for that of the next 2^k. */
  const nodes: { readonly sum: () => Float32Array; isUsed: boolean }[] = [];
  return {
    addWindow(gradients, { index, count }) {
      if (count === 1) return;
      if (index === 0) {
        windows().set(gradients);
        return;
      }
      addPair(index === count - 1 ? gradients : windows(), windows(), gradients, 'float32');
    },
    addMicrobatch(gradients, { index, count }) {
      const isLast = index === count - 1;
      let level = 0;
      for (; level < nodes.length; level++) {
        const node = nodes[level]!;
        if (!node.isUsed && isLast) continue;
        if (!node.isUsed) break;
        addPair(gradients, node.sum(), gradients, precision);
        node.isUsed = false;
      }
      if (isLast) return;
      if (level === nodes.length) nodes.push({ sum: lazyArray(length), isUsed: false });
      nodes[level]!.sum().set(gradients);
      nodes[level]!.isUsed = true;
    },
  };
}

/** An array that is allocated when it is first used. */
function lazyArray(length: number): () => Float32Array {
  let array: Float32Array | undefined;
  return () => (array ??= new Float32Array(length));
}
