import { createHash } from 'node:crypto';
import type { CorpusConfig, ResolvedConfig } from '../config/types.js';
import { loadCorpus } from '../text/corpus.js';
import { encodeCorpus } from '../text/encode.js';
import { createTextGenerator } from '../text/generators/index.js';
import type { Corpus } from '../text/splits.js';
import { prepareTokenizer } from '../text/tokenizers/prepare-tokenizer.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';

/** A corpus as token ids, with what is known of it. */
export interface TrainingData {
  readonly tokenizer: Tokenizer;
  readonly train: Int32Array;
  readonly validation?: Int32Array;
  readonly test?: Int32Array;
  /** SHA-256 of the training tokens. */
  readonly digest: string;
  /** Entropy of the validation text under the process that wrote it, in nats per predicted token, where that is known. */
  readonly validationFloor?: number;
}

/**
 * Reads the corpus of a config and encodes it.
 * @param known the tokenizer of the run that is resumed; otherwise one is made from the training split, or read if the config names a file
 */
export async function loadTrainingData(config: ResolvedConfig, known?: Tokenizer): Promise<TrainingData> {
  const corpus = await loadCorpus(config.corpus);
  const tokenizer = known ?? (await prepareTokenizer(config.tokenizer, corpus.train));
  const tokens = encodeCorpus(corpus, tokenizer);
  const digest = createHash('sha256').update(tokens.train).digest('hex');
  const floor = floorOf(config.corpus, corpus);
  return { tokenizer, ...tokens, digest, ...(floor !== undefined && { validationFloor: floor }) };
}

/** The config's rules see to it that the tokens are characters and the splits whole documents where a generator is named. */
function floorOf({ generator }: CorpusConfig, { validation }: Corpus): number | undefined {
  if (generator === undefined || validation === undefined) return undefined;
  const { nats, characters, perCharacter } = createTextGenerator(generator).surprisal(validation);
  // The first character is not predicted, only read.
  return (nats - perCharacter[0]!) / (characters - 1);
}
