import type { ResolvedConfig } from '../config/types.js';
import type { Batches, TokenSource } from '../text/batches.js';
import { createDocumentBatches } from '../text/document-batches.js';
import { createEpochs } from '../text/epochs.js';
import { reversedSource } from '../text/reversed-source.js';

/**
 * The epochs of a training text as its config reads it: as streams, or document by document; for a bidirectional model in both directions.
 * @param tokens in the order in which the model reads them
 * @throws UserError 'data' when the text is too short
 */
export function trainingBatches(
  { corpus, model, training, seed }: ResolvedConfig,
  tokens: Int32Array | TokenSource,
  shards: number,
): Batches {
  const { batchSize, sequenceLength, lengthVariation, shuffle, buckets } = training;
  const layOut = (text: Int32Array | TokenSource, countsFromEnd: boolean) => {
    const shared = { tokens: text, batchSize, sequenceLength, seed, shards, name: 'the training text' };
    return corpus.sequences === 'documents'
      ? createDocumentBatches({ ...shared, buckets: buckets!, countsFromEnd })
      : createEpochs({ ...shared, lengthVariation, pieces: shuffle?.pieces });
  };
  const batches = layOut(tokens, false);
  return model.bidirectional ? { ...batches, reversed: layOut(reversedSource(tokens), true) } : batches;
}
