import { createHash } from 'node:crypto';
import type { CorpusConfig, ResolvedConfig } from '../config/types.js';
import { memoryTokenSource, type TokenSource } from '../text/batches.js';
import { type OpenCorpus, openCorpus, wholeSplit } from '../text/corpus.js';
import { type EncodedSplit, encodeToMemory } from '../text/encode.js';
import { createTextGenerator } from '../text/generators/index.js';
import { knownTokenizer, makeTokenizer } from '../text/tokenizers/prepare-tokenizer.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';

/** A corpus as token ids, with what is known of it. */
export interface TrainingData {
  readonly tokenizer: Tokenizer;
  readonly train: Int32Array | TokenSource;
  readonly validation?: Int32Array | TokenSource;
  readonly test?: Int32Array | TokenSource;
  /** SHA-256 of the training tokens. */
  readonly digest: string;
  /** Entropy of the validation text under the process that wrote it, in nats per predicted token, where that is known. */
  readonly validationFloor?: number;
}

/**
 * Reads the corpus of a config and encodes it.
 * @param given the tokenizer of the run that is resumed; otherwise one is made from the training split, or read if the config names a file
 */
export async function loadTrainingData(config: ResolvedConfig, given?: Tokenizer): Promise<TrainingData> {
  const corpus = await openCorpus(config.corpus);
  const { hasDocuments } = corpus;
  const tokenizer =
    given ??
    (await knownTokenizer(config.tokenizer, hasDocuments)) ??
    (await makeTokenizer(config.tokenizer, hasDocuments, corpus.read('train')));
  const { train, validation, test } = await encodeToMemory(corpus, tokenizer);
  const source = ({ tokens, documentEnds }: EncodedSplit) =>
    config.corpus.resetState ? memoryTokenSource(tokens, documentEnds) : tokens;
  const digest = createHash('sha256').update(train!.tokens).digest('hex');
  const floor = await floorOf(config.corpus, corpus);
  return {
    tokenizer,
    train: source(train!),
    ...(validation && { validation: source(validation) }),
    ...(test && { test: source(test) }),
    digest,
    ...(floor !== undefined && { validationFloor: floor }),
  };
}

/** The config's rules see to it that the tokens are characters and the splits whole documents where a generator is named. */
async function floorOf({ generator }: CorpusConfig, corpus: OpenCorpus): Promise<number | undefined> {
  if (generator === undefined || !corpus.splits.includes('validation')) return undefined;
  const validation = await wholeSplit(corpus, 'validation');
  const { nats, characters, perCharacter } = createTextGenerator(generator).surprisal(validation);
  // The first character is not predicted, only read.
  return (nats - perCharacter[0]!) / (characters - 1);
}
