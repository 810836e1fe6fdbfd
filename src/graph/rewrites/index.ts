import type { Outputs } from '../node.js';
import { gatherEqualProducts, joinSlices, shareConcatenations, slicePads } from './concatenations.js';
import { mergeSums } from './merge-sums.js';
import { gatherProducts, hoistProducts } from './products.js';
import { rewrite } from './rewrite.js';
import { identities, pushSlices } from './slices.js';

/** For the forward equations, before they are differentiated: one product over the window where the cells asked for T. */
export function rewriteForward(outputs: Outputs, shards: number): Outputs {
  return rewrite(outputs, [gatherProducts(shards), hoistProducts]);
}

/** For the whole graph, gradients included: what a person would have written by hand. */
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
