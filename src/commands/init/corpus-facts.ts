import { openCorpus } from '../../text/corpus.js';
import { formatCount, plural } from '../../ui/format.js';
import type { PresetName } from './preset-names.js';

/** The number of different characters above which a script has many rare ones. */
export const MANY_CHARACTERS = 1000;

/** Properties of a text that determine the proposed config. */
export interface CorpusFacts {
  /** Unicode characters that were read. */
  readonly characters: number;
  readonly lines: number;
  readonly differentCharacters: number;
  /** Whether it has line ends other than line feeds. */
  readonly hasCarriageReturns: boolean;
  /** Whether it is in Unicode's normalization form NFC, as typed text usually is. */
  readonly isComposed: boolean;
  /** Whether the whole text was read. */
  readonly whole: boolean;
}

/** After so many characters the text counts as large, and reading stops. */
const ENOUGH = 8_000_000;

/**
 * Reads the properties of a text.
 *
 * @param path a file, a folder or a pattern
 * @throws UserError 'data' when there is no text
 */
export async function lookAtCorpus(path: string): Promise<CorpusFacts> {
  const corpus = await openCorpus({ train: path });
  const different = new Set<string>();
  let [characters, lines, hasCarriageReturns, isComposed] = [0, 0, false, true];
  const facts = () => ({ characters, differentCharacters: different.size, hasCarriageReturns, isComposed });
  for await (const { text } of corpus.read('train')) {
    hasCarriageReturns ||= text.includes('\r');
    isComposed &&= text.normalize('NFC') === text;
    for (const character of text) {
      characters++;
      if (character === '\n') lines++;
      different.add(character);
    }
    if (characters >= ENOUGH) return { ...facts(), lines, whole: false };
  }
  return { ...facts(), lines: Math.max(1, lines), whole: true };
}

export function describeCorpus({ characters, lines, differentCharacters, whole }: CorpusFacts): string {
  const figures = `${plural(characters, 'character')} in ${plural(lines, 'line')}, ${formatCount(differentCharacters)} different ones`;
  return whole ? figures : `more than ${figures}`;
}

/** The preset that fits a text, and why. */
export function proposePreset({ characters, differentCharacters, whole }: CorpusFacts): { preset: PresetName; reason: string } {
  if (!whole) return { preset: 'large', reason: 'the text is long enough to train a wide network on byte pairs' };
  if (differentCharacters > MANY_CHARACTERS && characters < 4_000_000)
    return {
      preset: characters < 100_000 ? 'small' : 'character',
      reason:
        'the script has many different characters: on such texts a character vocabulary without the rare ones gives the lowest loss',
    };
  if (characters < 300_000) return { preset: 'small', reason: 'the text is short: a larger network would memorize it' };
  if (characters < 4_000_000)
    return { preset: 'character', reason: 'there is too little text for words, but enough for characters' };
  return {
    preset: 'bpe',
    reason: 'the text is long enough for byte pairs, with which a window covers more text than with characters',
  };
}
