import type { ResolvedConfig } from '../config/types.js';
import type { Batches, TokenSource } from '../text/batches.js';
import { createDocumentBatches } from '../text/document-batches.js';
import { createEpochs } from '../text/epochs.js';

/**
 * The epochs of a training text as its config reads it: as streams, or document by document.
 * @throws UserError 'data' when the text is too short
 */
export function trainingBatches(
  { corpus, training, seed }: ResolvedConfig,
  tokens: Int32Array | TokenSource,
  shards: number,
): Batches {
  const { batchSize, sequenceLength, lengthVariation, shuffle, buckets } = training;
  const shared = { tokens, batchSize, sequenceLength, seed, shards, name: 'the training text' };
  return corpus.sequences === 'documents'
    ? createDocumentBatches({ ...shared, buckets: buckets! })
    : createEpochs({ ...shared, lengthVariation, pieces: shuffle?.pieces });
}
