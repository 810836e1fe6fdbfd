import { quoteToken } from '../code-points.js';
import type { PartReport } from './part-report.js';

/** A reason why a corpus is unsuitable, with what to do. */
export interface Finding {
  readonly kind: 'leak' | 'repetition' | 'unknown' | 'size' | 'distribution' | 'form';
  /** Name of the part. */
  readonly part: string;
  readonly text: string;
}

/*
 * Limits from which a property is a finding. The classic corpora pass: 3.0% of the Penn Treebank's validation text occurs in its training
 * text (daily tables of rates), and 0.5% of WikiText-2's. The character distributions of their splits differ by less than 0.004 bits, while
 * English differs from German by 0.039, from French by 0.059, and an encyclopedia from Shakespeare by 0.065.
 */
const LEAK = 0.04;
const REPETITION = 0.2;
const UNKNOWN = 0.1;
const DIVERGENCE = 0.03;
const FEWEST_TOKENS = 1000;
const INVALID = 1e-5;

/**
 * The findings about a corpus, from the reports of its parts; empty for a clean corpus.
 *
 * @param generated whether the text was drawn from a known source: its repetitions then have the probabilities of the source and are not a
 *   leak
 */
export function judge(parts: readonly PartReport[], generated: boolean): Finding[] {
  const [train, ...heldOut] = parts as readonly [PartReport, ...PartReport[]];
  return [
    ...parts.flatMap((part) => [...(generated ? [] : repetition(part)), ...forms(part)]),
    ...heldOut.flatMap((part) => [
      ...(generated ? [] : leaks(part)),
      ...size(part, train),
      ...unknown(part, train),
      ...distribution(part, train),
    ]),
  ];
}

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

function repetition({ name, repeatedWithin }: PartReport): Finding[] {
  if (repeatedWithin <= REPETITION) return [];
  const text = `${percent(repeatedWithin)} of ${name} repeats earlier text of the same part: remove the duplicates`;
  return [{ kind: 'repetition', part: name, text }];
}

function leaks({ name, repeatedAcross, nearAcross, passages }: PartReport): Finding[] {
  const effect = 'its loss partly measures memorization. Remove these passages from one of the two';
  const found: string[] = [];
  if (repeatedAcross > LEAK)
    found.push(`${percent(repeatedAcross)} of ${name} occurs word for word in an earlier part: ${effect}`);
  if (passages > 0 && nearAcross / passages > LEAK)
    found.push(
      `${nearAcross} of ${passages} passages of ${name} are near-duplicates of passages of an earlier part: ${effect}`,
    );
  return found.map((text) => ({ kind: 'leak', part: name, text }));
}

function size({ name, tokens, characters }: PartReport, train: PartReport): Finding[] {
  if (tokens.total < FEWEST_TOKENS) {
    const text = `${name} has ${tokens.total} tokens: a loss measured on fewer than ${FEWEST_TOKENS} says little`;
    return [{ kind: 'size', part: name, text }];
  }
  if (characters <= train.characters) return [];
  const text = `${name} is longer than ${train.name}, the training text: are they exchanged?`;
  return [{ kind: 'size', part: name, text }];
}

function unknown({ name, tokens, unseenCharacters: unseen }: PartReport, train: PartReport): Finding[] {
  const shown = unseen.characters.slice(0, 8).map(quoteToken).join(', ');
  const more = unseen.characters.length > 8 ? ` and ${unseen.characters.length - 8} more` : '';
  const which = unseen.count === 0 ? '' : `. Characters that do not occur in ${train.name}: ${shown}${more}`;
  const share = tokens.unknown / Math.max(1, tokens.total);
  const usual = train.tokens.unknown / train.tokens.total;
  if (tokens.refused) {
    const remedy = 'train with tokenizer.minimumCount: 2, so that there is an <unk> for them';
    const text = `${tokens.unknown} of ${tokens.total} tokens of ${name} are not in the vocabulary of ${train.name}: ${remedy}${which}`;
    return [{ kind: 'unknown', part: name, text }];
  }
  if (share <= UNKNOWN || share <= 2 * usual) return [];
  const text = `${percent(share)} of the tokens of ${name} are unknown, and ${percent(usual)} of ${train.name}${which}`;
  return [{ kind: 'unknown', part: name, text }];
}

function distribution({ name, divergence, unseenCharacters, characters }: PartReport, train: PartReport): Finding[] {
  // Two samples of one source differ so much by chance (the divergence is asymptotically a chi-squared statistic).
  const kinds = train.distinctCharacters + unseenCharacters.characters.length;
  const chance = ((kinds - 1) / (8 * Math.LN2)) * (1 / characters + 1 / train.characters);
  if (divergence <= DIVERGENCE + chance) return [];
  const apart = `${divergence.toFixed(3)} bits from those of ${train.name}`;
  const text = `the characters of ${name} are ${apart}: is it another language, or another kind of text?`;
  return [{ kind: 'distribution', part: name, text }];
}

function forms({ name, invalidForms, characters }: PartReport): Finding[] {
  return invalidForms
    .filter(({ count }) => count / characters > INVALID)
    .map(({ what, count, place, remedy }) => ({
      kind: 'form',
      part: name,
      text: `${name} has ${what} (${count}, the first in ${place}): ${remedy}`,
    }));
}
