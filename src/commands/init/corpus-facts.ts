import { openCorpus } from '../../text/corpus.js';
import { formatCount, plural } from '../../ui/format.js';
import type { PresetName } from './preset-names.js';

/** What decides how to begin with a text. */
export interface CorpusFacts {
  /** Unicode characters that were read. */
  readonly characters: number;
  readonly lines: number;
  readonly differentCharacters: number;
  /** Whether it was read to its end; there is more of it otherwise. */
  readonly whole: boolean;
}

/** Characters after which a text is large, whatever follows. */
const ENOUGH = 8_000_000;

/**
 * Looks at a text.
 *
 * @param path a file, a folder or a pattern.
 * @throws UserError 'data' when there is no text.
 */
export async function lookAtCorpus(path: string): Promise<CorpusFacts> {
  const corpus = await openCorpus({ train: path });
  const different = new Set<string>();
  let [characters, lines] = [0, 0];
  for await (const { text } of corpus.read('train')) {
    for (const character of text) {
      characters++;
      if (character === '\n') lines++;
      different.add(character);
    }
    if (characters >= ENOUGH) return { characters, lines, differentCharacters: different.size, whole: false };
  }
  return { characters, lines: Math.max(1, lines), differentCharacters: different.size, whole: true };
}

export function describeCorpus({ characters, lines, differentCharacters, whole }: CorpusFacts): string {
  const figures = `${plural(characters, 'character')} in ${plural(lines, 'line')}, ${formatCount(differentCharacters)} different ones`;
  return whole ? figures : `more than ${figures}`;
}

/** The preset that fits a text, and why. */
export function proposePreset({ characters, differentCharacters, whole }: CorpusFacts): { preset: PresetName; reason: string } {
  if (!whole) return { preset: 'large', reason: 'the text is long: a wide network over byte pairs has enough to learn from' };
  if (differentCharacters > 1000)
    return {
      preset: 'bpe',
      reason: 'the script has so many characters that most of them are rare: of byte pairs, nothing is unknown',
    };
  if (characters < 300_000) return { preset: 'small', reason: 'the text is short: a larger network would learn it by heart' };
  if (characters < 4_000_000)
    return { preset: 'character', reason: 'there is too little text for words, but enough for characters' };
  return {
    preset: 'bpe',
    reason: 'the text is long enough to learn from parts of words, which reach further back than characters',
  };
}
