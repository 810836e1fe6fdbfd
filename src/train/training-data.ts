import { createHash } from 'node:crypto';
import type { CorpusConfig, ResolvedConfig } from '../config/types.js';
import { fileDigest } from '../files/file-digest.js';
import { termSettings } from '../model/objectives/objective.js';
import { synonyms } from '../model/objectives/synonyms.js';
import { inReadingOrder } from '../model/stacks.js';
import type { TokenSource } from '../text/batches.js';
import { documentEndText, type OpenCorpus, openCorpus, wholeSplit } from '../text/corpus.js';
import { createCorpusGenerator } from '../text/generators/index.js';
import type { SplitDigests } from '../text/split-digest.js';
import { splitDigests } from '../text/split-digests.js';
import { tokenCacheFolder } from '../text/token-cache/cache-folder.js';
import { tokenizeCorpus } from '../text/token-cache/tokenize-corpus.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { readWordRelations, type WordRelations } from '../text/word-vectors/read-relations.js';
import { checkSentences } from './check-sentences.js';

/** A corpus as token ids, with its properties. A model that reads backward has each split from its end. */
export interface TrainingData {
  readonly tokenizer: Tokenizer;
  readonly train: Int32Array | TokenSource;
  readonly validation?: Int32Array | TokenSource;
  readonly test?: Int32Array | TokenSource;
  /** SHA-256 of the training tokens, and of the file of related words if there is one. */
  readonly digest: string;
  /** Pairs of related words for the objective. */
  readonly relations?: WordRelations;
  /**
   * Digests of the text of each split. They are stored in the model file, so that a text that is evaluated later can be compared with them.
   */
  readonly splitDigests: SplitDigests;
  /** Entropy of the validation text under the process that generated it, in nats per predicted token, where that is known. */
  readonly validationFloor?: number;
  /** Closes the file that tokens may be read from. */
  close(): void;
}

/**
 * Reads the corpus of a config and encodes it. The tokens of a large corpus are stored in the cache folder, or read from there if they
 * exist.
 *
 * @param given the tokenizer of the run that is resumed or of the starting model, or a function that creates it from the corpus; otherwise
 *   one is trained on the training split, or read if the config names a file
 * @param onNotice gets notices about tokens on the disk, line ends that the text spells out, and blank lines that are left out
 */
export async function loadTrainingData(
  config: ResolvedConfig,
  given?: Tokenizer | ((corpus: OpenCorpus) => Promise<Tokenizer>),
  onNotice?: (message: string) => void,
): Promise<TrainingData> {
  const corpus = await openCorpus(config.corpus);
  const cache = tokenCacheFolder(config.corpus.cache, corpus.inMemory);
  const { resetState, sequences } = config.corpus;
  const marksDocumentEnds = resetState || sequences === 'documents';
  const { splits, ...rest } = await tokenizeCorpus(corpus, {
    tokenizer: (typeof given === 'function' ? await given(corpus) : given) ?? config.tokenizer,
    marksDocumentEnds,
    cache,
    onNotice,
  });
  checkSentences(config, rest.tokenizer);
  const related = await relationsOf(config, rest.tokenizer, onNotice);
  const digests = await splitDigests(corpus, cache);
  const blankLines = corpus.texts.reduce((sum, text) => sum + text.blankLines, 0);
  if (blankLines > 0) onNotice?.(`${blankLines} blank ${blankLines === 1 ? 'line is' : 'lines are'} left out of the corpus`);
  const floor = await floorOf(config, corpus);
  const inOrder = Object.entries(splits).map(([split, tokens]) => [split, inReadingOrder(config.model, tokens)] as const);
  return {
    train: splits.train!,
    ...Object.fromEntries(inOrder),
    ...rest,
    ...(related && {
      relations: related.relations,
      digest: createHash('sha256')
        .update(rest.digest + related.sha256)
        .digest('hex'),
    }),
    splitDigests: digests,
    ...(floor !== undefined && { validationFloor: floor }),
  };
}

/** Related words, where the objective uses them, with the SHA-256 of their file. */
async function relationsOf(
  { training }: ResolvedConfig,
  tokenizer: Tokenizer,
  onNotice: (message: string) => void = () => {},
): Promise<{ relations: WordRelations; sha256: string } | undefined> {
  const { weight, options } = termSettings(synonyms, training.objective.synonyms);
  if (weight === 0) return undefined;
  const path = options.path as string;
  const relations = await readWordRelations(path, tokenizer);
  const { first, words, unknown } = relations;
  onNotice(
    `related words of ${path}: ${unknown} of ${words} words are not in the vocabulary; pairs of the others: ${first.length}`,
  );
  return { relations, sha256: await fileDigest(path) };
}

/** The entropy of the validation text, where it is known: see {@link textUnderGenerator}. */
async function floorOf(config: ResolvedConfig, corpus: OpenCorpus): Promise<number | undefined> {
  const known = await textUnderGenerator(config, corpus);
  if (known === undefined) return undefined;
  const { nats, characters, perCharacter } = known.generator.surprisal(known.text);
  if (known.predictsFirst) return nats / characters;
  return (nats - perCharacter[0]!) / (characters - 1);
}

/**
 * The nats of the first predictions of the validation text under the process that generated it, in the order in which a model reads
 * forward; fewer for a shorter text.
 *
 * @returns undefined where they are not known, and for a model that reads only backward
 * @throws UserError as `openCorpus` does
 */
export async function knownSurprisals(config: ResolvedConfig, predictions: number): Promise<Float64Array | undefined> {
  if (config.corpus.generator === undefined || config.model.direction !== undefined) return undefined;
  const known = await textUnderGenerator(config, await openCorpus(config.corpus), true);
  if (known === undefined) return undefined;
  const first = known.predictsFirst ? 0 : 1;
  return known.generator.surprisal(known.text.slice(0, first + predictions)).perCharacter.subarray(first);
}

/**
 * The validation text and its generator; undefined where there are none. The config's rules guarantee that, with a generator, tokens are
 * characters, and splits are whole documents of the generator: where each line is a document, `<eos>` is the token of a line end. The
 * probability of a document is the same in both directions, but that of a stream is known only given its first character, which is read
 * but not predicted.
 */
async function textUnderGenerator(
  { corpus: read, model }: ResolvedConfig,
  corpus: OpenCorpus,
  readsForward = model.direction === undefined && !model.bidirectional,
) {
  const { generator, documents, sequences }: CorpusConfig = read;
  if (generator === undefined || !corpus.splits.includes('validation')) return undefined;
  const predictsFirst = sequences === 'documents';
  if (!readsForward && !predictsFirst) return undefined;
  const text = await wholeSplit(corpus, 'validation', documentEndText({ documents }));
  return { text, generator: createCorpusGenerator(generator), predictsFirst };
}
