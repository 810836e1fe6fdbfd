import { UserError } from '../../foundation/errors.js';
import { openCorpus } from '../../text/corpus.js';
import type { SplitFractions } from '../../text/splits.js';
import { type CorpusFacts, MANY_CHARACTERS } from './corpus-facts.js';

/** How a text is read and divided, so that training accepts it. */
export interface CorpusSettings {
  readonly split: SplitFractions;
  readonly boundary: 'line' | 'character';
  readonly normalization: {
    readonly unicode: 'none' | 'NFC';
    readonly newlines: 'keep' | 'lf';
    readonly byteOrderMark: 'drop';
  };
  /** For a character vocabulary: rarer characters are `<unk>`. */
  readonly minimumCount: number;
  /** Examples of characters that occur only in the validation and test parts. */
  readonly unseen: readonly string[];
}

/** Below this number of characters a twentieth of the text is too short for a measurement. */
export const SHORT = 50_000;

/** Tries the usual split on the real text, and adapts the settings to the text where it fails. @throws UserError 'data' as reading does */
export async function fitCorpus(path: string, facts: CorpusFacts): Promise<CorpusSettings> {
  const split = facts.characters < SHORT ? { train: 0.85, validation: 0.15 } : { train: 0.9, validation: 0.05, test: 0.05 };
  const normalization = {
    unicode: facts.isComposed ? 'none' : 'NFC',
    newlines: facts.hasCarriageReturns ? 'lf' : 'keep',
    byteOrderMark: 'drop',
  } as const;
  const boundary = (await linesCutWell(path, split, normalization)) ? 'line' : 'character';
  const unseen = await unseenCharacters(path, { split, boundary, normalization });
  const minimumCount = facts.differentCharacters > MANY_CHARACTERS ? 5 : unseen.length > 0 ? 2 : 1;
  return { split, boundary, normalization, minimumCount, unseen };
}

type Cut = Pick<CorpusSettings, 'split' | 'boundary' | 'normalization'>;

/** Whether cuts at line ends give each part at least half of its share. A text of one line has no such cut. */
async function linesCutWell(path: string, split: SplitFractions, normalization: Cut['normalization']): Promise<boolean> {
  try {
    const origins = Object.entries(await (await openCorpus({ path, split, boundary: 'line', normalization })).origins());
    const total = Math.max(...origins.map(([, { end = 0 }]) => end));
    return origins.every(([name, { start = 0, end = 0 }]) => (end - start) / total >= (split[name as 'train'] ?? 0) / 2);
  } catch (error) {
    if (error instanceof UserError && error.kind === 'data') return false;
    throw error;
  }
}

async function unseenCharacters(path: string, cut: Cut): Promise<string[]> {
  const [seen, unseen] = [new Set<string>(), new Set<string>()];
  for await (const { split, text } of (await openCorpus({ path, ...cut })).read()) {
    for (const character of text) {
      if (split === 'train') seen.add(character);
      else if (!seen.has(character)) unseen.add(character);
    }
  }
  return [...unseen];
}
