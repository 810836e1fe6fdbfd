import { createRandom } from '../../foundation/random.js';
import { sampleDocument } from './derivation.js';
import { type Entropy, expectedEntropy } from './expected-entropy.js';
import type { Grammar } from './grammar.js';
import { surprisal, type TextSurprisal } from './prefix-probability.js';

/** A source of text whose true entropy is known: the lower bound of the expected loss of any model trained on it. */
export interface CorpusGenerator {
  readonly name: string;
  /** Whole documents, with one separator between them, until there are at least this many characters. The same seed gives the same text. */
  generate(options: { readonly seed: number; readonly characters: number }): string;
  /**
   * The surprisal of a text under the source itself, which no model can improve on in expectation. The text must begin where a document
   * begins and may end anywhere. For a span of a corpus, take `perCharacter` of the corpus up to the span's end, and of it the span's part.
   * The first character of a text has a surprisal here, but no prediction in training: omit `perCharacter[0]`.
   *
   * @throws UserError('data') when the source cannot produce the text
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
