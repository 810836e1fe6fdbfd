import { UserError } from '../../foundation/errors.js';
import type { Tokenizer } from '../tokenizers/tokenizer.js';
import { characterDivergence, countCharacters, unseenCharacters } from './characters.js';
import { type Finding, judge } from './findings.js';
import { findInvalidForms } from './invalid-forms.js';
import { findNearDuplicates } from './near-duplicates.js';
import { type CorpusPart, type IndexedPart, indexPart, placeOf } from './part.js';
import type { PartReport } from './part-report.js';
import { countRepeatedLines, findRepetitions } from './repetitions.js';
import { countTokens } from './token-count.js';
import { createWorstList } from './worst-list.js';

/** A passage that occurs twice. */
export interface RepeatedPassage {
  readonly part: string;
  readonly place: string;
  readonly earlierPart: string;
  readonly earlierPlace: string;
  readonly words: number;
  /** Jaccard similarity; 1 if it is repeated word by word. */
  readonly similarity: number;
  readonly text: string;
}

export interface AuditReport {
  readonly tokenizer: Tokenizer['type'];
  readonly vocabularySize: number;
  readonly parts: readonly PartReport[];
  /** The longest passages; held-out passages that repeat the training text come first. */
  readonly passages: readonly RepeatedPassage[];
  readonly nearPassages: readonly RepeatedPassage[];
  /** One in this many windows of words was checked for repetitions. */
  readonly sampledWindows: number;
  readonly findings: readonly Finding[];
}

/** How many passages of each kind are shown. */
const SHOWN = 5;

/**
 * Checks whether a corpus is suitable for training and evaluation: sizes, characters that the vocabulary lacks, repetitions within a part
 * or across parts (a held-out text that repeats the training text measures memorization), different distributions, and invalid forms.
 *
 * @param parts the first one is the training text, the others are held out; none is empty
 * @param tokenizer with the vocabulary of the first part
 * @param generated whether the text was drawn from a known source, which may repeat itself
 */
export function auditCorpus(parts: readonly CorpusPart[], tokenizer: Tokenizer, generated = false): AuditReport {
  if (parts.length === 0) throw new UserError('data', 'there is no text to audit');
  const indexed = parts.map(indexPart);
  const exact = createWorstList<RepeatedPassage>(SHOWN);
  const near = createWorstList<RepeatedPassage>(SHOWN);
  // A repetition of another part by a held-out part is worse than any repetition within a part, whatever its length.
  const badness = (part: number, earlierPart: number, units: number) => (part === earlierPart ? 0 : 1e9) + units;
  const describe = (part: number, from: number, units: number, earlierPart: number, earlierFrom: number) => {
    const [here, there] = [indexed[part]!, indexed[earlierPart]!];
    const start = here.units.starts[from]!;
    return {
      part: here.name,
      place: placeOf(here, start),
      earlierPart: there.name,
      earlierPlace: placeOf(there, there.units.starts[earlierFrom]!),
      words: units,
      text: excerpt(here, start, here.units.ends[from + units - 1]!),
    };
  };
  const repetitions = findRepetitions(indexed, ({ part, from, units, earlierPart, earlierFrom }) =>
    exact.offer(badness(part, earlierPart, units), () => ({
      ...describe(part, from, units, earlierPart, earlierFrom),
      similarity: 1,
    })),
  );
  const duplicates = findNearDuplicates(indexed, ({ part, from, units, earlierPart, earlierFrom, similarity }) => {
    // Exact repetitions are in the other list.
    if (similarity === 1) return;
    near.offer(badness(part, earlierPart, units), () => ({
      ...describe(part, from, units, earlierPart, earlierFrom),
      similarity,
    }));
  });

  const repeatedLines = countRepeatedLines(indexed);
  const characters = indexed.map(({ text }) => countCharacters(text));
  const reports = indexed.map((part, i): PartReport => {
    const { name, file, text, lines, units } = part;
    const share = (count: number) => (units.count === 0 ? 0 : count / units.count);
    return {
      name,
      file,
      bytes: Buffer.byteLength(text),
      characters: characters[i]!.total,
      distinctCharacters: characters[i]!.counts.size,
      lines: lines.length,
      words: units.count,
      tokens: countTokens(tokenizer, text),
      repeatedLines: repeatedLines[i]!,
      repeatedWithin: share(repetitions.within[i]!),
      repeatedAcross: share(repetitions.across[i]!),
      passages: duplicates.passages[i]!,
      nearWithin: duplicates.within[i]!,
      nearAcross: duplicates.across[i]!,
      unseenCharacters: unseenCharacters(characters[i]!, characters[0]!),
      divergence: characterDivergence(characters[i]!, characters[0]!),
      invalidForms: findInvalidForms(text).map((form) => ({ ...form, place: placeOf(part, form.first) })),
    };
  });
  return {
    tokenizer: tokenizer.type,
    vocabularySize: tokenizer.vocabulary.size,
    parts: reports,
    passages: exact.worst(),
    nearPassages: near.worst(),
    sampledWindows: repetitions.sampled,
    findings: judge(reports, generated),
  };
}

/** The most terminal columns for the shown part of a passage. */
const EXCERPT = 60;

/** The beginning of a passage on one line. */
function excerpt({ text }: IndexedPart, from: number, to: number): string {
  // White space is collapsed. The slice is somewhat longer than the columns, because collapsing shortens it.
  const near = text.slice(from, Math.min(to, from + 4 * EXCERPT)).replace(/\s+/g, ' ');
  let shown = '';
  let columns = 0;
  for (const character of near) {
    // From Hangul on, characters of most scripts take two columns.
    columns += character >= '\u1100' ? 2 : 1;
    if (columns > EXCERPT) return `${shown}…`;
    shown += character;
  }
  return to > from + 4 * EXCERPT ? `${shown}…` : shown;
}
