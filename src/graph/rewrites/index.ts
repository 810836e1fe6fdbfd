import type { Outputs } from '../node.js';
import { gatherEqualProducts, joinSlices, shareConcatenations, slicePads } from './concatenations.js';
import { mergeSums } from './merge-sums.js';
import { gatherProducts, hoistProducts } from './products.js';
import { rewrite } from './rewrite.js';
import { identities, pushSlices } from './slices.js';

/**
 * Rewrites the forward equations before they are differentiated: the products of the T steps with an input matrix become one product over
 * the window.
 */
export function rewriteForward(outputs: Outputs, shards: number): Outputs {
  return rewrite(outputs, [gatherProducts(shards), hoistProducts]);
}

/** Rewrites the whole graph, gradients included: merges the products, sums and slices of the T steps. */
export function rewriteBackward(outputs: Outputs): Outputs {
  return rewrite(outputs, [
    identities,
    mergeSums,
    pushSlices,
    slicePads,
    joinSlices,
    gatherEqualProducts,
    shareConcatenations(),
  ]);
}
