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

/** A passage that stands twice. */
export interface RepeatedPassage {
  readonly part: string;
  readonly place: string;
  readonly earlierPart: string;
  readonly earlierPlace: string;
  readonly words: number;
  /** 1 where it is repeated word by word. */
  readonly similarity: number;
  readonly text: string;
}

export interface AuditReport {
  readonly tokenizer: Tokenizer['type'];
  readonly vocabularySize: number;
  readonly parts: readonly PartReport[];
  /** The longest, those held out that repeat the training text first. */
  readonly passages: readonly RepeatedPassage[];
  readonly nearPassages: readonly RepeatedPassage[];
  /** One in so many windows of words was looked at for repetitions. */
  readonly sampledWindows: number;
  readonly findings: readonly Finding[];
}

/** Passages that are shown of each kind. */
const SHOWN = 5;

/**
 * Looks whether a corpus is fit to learn from and to measure on: sizes, what the vocabulary lacks, what is repeated within a part or
 * across parts (a held-out text that repeats the training text measures memory), distributions that differ, and invalid forms.
 *
 * @param parts the first one is learned from, the others are held out; none is empty.
 * @param tokenizer of the first part's vocabulary.
 * @param generated the text was drawn from a known source, which may repeat itself.
 */
export function auditCorpus(parts: readonly CorpusPart[], tokenizer: Tokenizer, generated = false): AuditReport {
  if (parts.length === 0) throw new UserError('data', 'there is no text to audit');
  const indexed = parts.map(indexPart);
  const exact = createWorstList<RepeatedPassage>(SHOWN);
  const near = createWorstList<RepeatedPassage>(SHOWN);
  // What is held out and repeats another part is worse than any repetition within one, however long.
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
    // Repeated word by word, it has its place in the other list.
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

/** Columns of a terminal that the shown part of a passage may take. */
const EXCERPT = 60;

/** The beginning of a passage on one line. */
function excerpt({ text }: IndexedPart, from: number, to: number): string {
  // Many blanks in a row become one: more than the columns may be needed, but not much more.
  const near = text.slice(from, Math.min(to, from + 4 * EXCERPT)).replace(/\s+/g, ' ');
  let shown = '';
  let columns = 0;
  for (const character of near) {
    // From Hangul on, most scripts take two columns a character.
    columns += character >= '\u1100' ? 2 : 1;
    if (columns > EXCERPT) return `${shown}…`;
    shown += character;
  }
  return to > from + 4 * EXCERPT ? `${shown}…` : shown;
}
