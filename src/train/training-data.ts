import type { CorpusConfig, ResolvedConfig } from '../config/types.js';
import type { TokenSource } from '../text/batches.js';
import { type OpenCorpus, openCorpus, wholeSplit } from '../text/corpus.js';
import { createCorpusGenerator } from '../text/generators/index.js';
import { type SplitDigests, splitDigests } from '../text/split-digests.js';
import { tokenCacheFolder } from '../text/token-cache/cache-folder.js';
import { tokenizeCorpus } from '../text/token-cache/tokenize-corpus.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';

/** A corpus as token ids, with what is known of it. */
export interface TrainingData {
  readonly tokenizer: Tokenizer;
  readonly train: Int32Array | TokenSource;
  readonly validation?: Int32Array | TokenSource;
  readonly test?: Int32Array | TokenSource;
  /** SHA-256 of the training tokens. */
  readonly digest: string;
  /** Of the text of each split, kept in the model file: what a model is measured on later can be compared with them. */
  readonly splitDigests: SplitDigests;
  /** Entropy of the validation text under the process that wrote it, in nats per predicted token, where that is known. */
  readonly validationFloor?: number;
  /** Closes the file that tokens may be read from. */
  close(): void;
}

/**
 * Reads the corpus of a config and encodes it; a large one, or its tokens from the last time, in the cache folder.
 *
 * @param given the tokenizer of the run that is resumed or of the model that it starts from, or how it is made from the corpus; otherwise
 *   one is made from the training split, or read if the config names a file
 * @param onNotice hears of tokens that are kept on the disk, and of line ends that the text spells out
 */
export async function loadTrainingData(
  config: ResolvedConfig,
  given?: Tokenizer | ((corpus: OpenCorpus) => Promise<Tokenizer>),
  onNotice?: (message: string) => void,
): Promise<TrainingData> {
  const corpus = await openCorpus(config.corpus);
  const cache = tokenCacheFolder(config.corpus.cache, corpus.inMemory);
  const marksDocumentEnds = config.corpus.resetState;
  const { splits, ...rest } = await tokenizeCorpus(corpus, {
    tokenizer: (typeof given === 'function' ? await given(corpus) : given) ?? config.tokenizer,
    marksDocumentEnds,
    cache,
    onNotice,
  });
  const digests = await splitDigests(corpus, cache);
  const floor = await floorOf(config.corpus, corpus);
  return {
    train: splits.train!,
    ...splits,
    ...rest,
    splitDigests: digests,
    ...(floor !== undefined && { validationFloor: floor }),
  };
}

/** The config's rules see to it that the tokens are characters and the splits whole documents where a generator is named. */
async function floorOf({ generator }: CorpusConfig, corpus: OpenCorpus): Promise<number | undefined> {
  if (generator === undefined || !corpus.splits.includes('validation')) return undefined;
  const validation = await wholeSplit(corpus, 'validation');
  const { nats, characters, perCharacter } = createCorpusGenerator(generator).surprisal(validation);
  // The first character is not predicted, only read.
  return (nats - perCharacter[0]!) / (characters - 1);
}
