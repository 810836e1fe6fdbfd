import type { ConfigChange } from '../../config/proposed-changes.js';
import type { CorpusConfig } from '../../config/types.js';
import { asPercent, type DiagnosisRule, digits } from './finding.js';

/** The share of passages of the validation text that may occur in the training text; 3% of the Penn Treebank's do. */
const LEAKED = 0.04;
/** Fewer copied passages than this may be chance. */
const FEWEST = 3;

/** The validation text repeats the training text. */
export const leak: DiagnosisRule = {
  name: 'leak',
  describe: `More than ${asPercent(LEAKED)} of the passages of the validation text, and at least ${FEWEST}, have a near-duplicate in the training text. Not for a generated text.`,
  judge({ config, texts }) {
    // The text of a known source repeats itself as often as its probabilities say.
    if (texts === undefined || config.corpus.generator !== undefined) return undefined;
    const { passages, copied, exact } = texts;
    if (copied < FEWEST || !(copied > LEAKED * passages)) return undefined;
    // Only equal documents are dropped.
    const helps = exact > 0 && config.corpus.duplicates !== 'drop';
    return {
      severity: 0.97,
      problem:
        'The validation text repeats the training text: its loss is partly that of what was learned by heart, and lower than that of any other text.',
      measured: `${copied} of ${passages} passages of the validation text are in the training text, ${exact} of them word by word`,
      threshold: `More than ${asPercent(LEAKED)} is reported; 3% of the Penn Treebank's validation text occurs in its training text`,
      changes: helps ? [{ key: 'corpus.duplicates', value: 'drop' }] : [],
      gain: 'The validation loss will be higher and true; dropout and the number of epochs can then be chosen by it. textloom corpus audit shows the passages.',
    };
  },
};

/** A distance in bits above this is that of another kind of text: the audit of a corpus finds 0.004 between the splits of classic corpora. */
const DIFFERENT = 0.02;
/** A distance up to this multiple of that of random places is usual where a text goes from subject to subject. */
const TIMES_USUAL = 8;

/** The validation text is of another kind, because the text is in an order. */
export const outOfOrder: DiagnosisRule = {
  name: 'corpus-out-of-order',
  describe: `The tokens of the validation text are distributed otherwise than those of the training text: more than ${DIFFERENT} bits away, and more than ${TIMES_USUAL} times as far as random places of the training text.`,
  judge({ config, texts }) {
    if (texts === undefined) return undefined;
    const { distance, usualDistance } = texts;
    if (!(distance > DIFFERENT) || !(distance > TIMES_USUAL * usualDistance)) return undefined;
    const changes = shuffling(config.corpus);
    return {
      severity: 0.92,
      problem:
        'The validation text is of another kind than the training text: the corpus is sorted, or its end comes from elsewhere.',
      measured: `the distributions of their tokens are ${digits(distance)} bits apart; random places of the training text are ${digits(usualDistance)} bits from the whole`,
      threshold: `More than ${DIFFERENT} bits and ${TIMES_USUAL} times the usual distance is reported; English and German are about 0.04 bits apart`,
      changes,
      gain:
        changes.length > 0
          ? 'Training and validation text will be alike, and the training sees all that the text has.'
          : 'Divide one text instead: corpus.path with both files, and corpus.order: shuffled.',
    };
  },
};

/** One text can be shuffled before it is divided; separate files stay as they are. */
const shuffling = (corpus: CorpusConfig): ConfigChange[] =>
  'path' in corpus && corpus.order !== 'shuffled' ? [{ key: 'corpus.order', value: 'shuffled' }] : [];
