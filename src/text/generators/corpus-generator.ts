import { createRandom } from '../../foundation/random.js';
import { sampleDocument } from './derivation.js';
import { type Entropy, expectedEntropy } from './expected-entropy.js';
import type { Grammar } from './grammar.js';
import { surprisal, type TextSurprisal } from './prefix-probability.js';

/** A source of text whose true entropy is known, so that a model trained on it can be told how far it is from perfect. */
export interface CorpusGenerator {
  readonly name: string;
  /** Whole documents, one separator between them, until there are at least this many characters. The same seed, the same text. */
  generate(options: { readonly seed: number; readonly characters: number }): string;
  /**
   * How surprising a text is to the source itself: no model can expect to do better. The text begins where a document begins
   * and may end anywhere, so a span of a corpus is exact too: take `perCharacter` of the corpus up to the span's end, and of it
   * the span's part. The first character of a text has a surprisal here, but no prediction in training: leave `perCharacter[0]` out.
   *
   * @throws UserError('data') when the source cannot have written the text.
   */
  surprisal(text: string): TextSurprisal;
  /** The exact entropy of the source. */
  entropy(): Entropy;
}

/** The generator of a grammar. */
export function grammarGenerator(name: string, grammar: Grammar): CorpusGenerator {
  return {
    name,
    generate({ seed, characters }) {
      const random = createRandom(seed);
      const documents: string[] = [];
      let length = 0;
      while (length < characters) {
        const { text } = sampleDocument(grammar, random);
        length += text.length + (documents.length > 0 ? grammar.separator.length : 0);
        documents.push(text);
      }
      return documents.join(grammar.separator);
    },
    surprisal: (text) => surprisal(grammar, text),
    entropy: () => expectedEntropy(grammar),
  };
}
