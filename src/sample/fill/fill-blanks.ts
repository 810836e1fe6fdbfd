import type { Engine } from '../../engine/engine.js';
import { checkNumber, checkSignal } from '../../foundation/arguments.js';
import { UserError } from '../../foundation/errors.js';
import type { Abortable } from '../../foundation/next-turn.js';
import { directionOf } from '../../model/stacks.js';
import type { LanguageModel } from '../../model/window-programs.js';
import { createSlotReader, SLOT, type SlotReader, type SlottedText } from './slot-beam.js';
import { type BlankTokens, blankTokens, readTemplate, type Template } from './template.js';

export interface FillOptions extends Abortable {
  /** A bidirectional model; with `forwardOnly` a model that reads forward. */
  readonly model: LanguageModel;
  /** Of one shard. */
  readonly engine: Engine;
  /** The most candidates. Default 10. */
  readonly count?: number | undefined;
  /** The beam of the search. Default 32, and at least `count`. */
  readonly beams?: number | undefined;
  /** The most tokens of a blank without numbers, unless tokens are words. Default 10. */
  readonly maximumLength?: number | undefined;
  /** Use only the text before each blank, and its forward probability. Default false. */
  readonly forwardOnly?: boolean | undefined;
}

/** A text whose blanks are filled. Log-probabilities are in nats. */
export interface FilledText {
  readonly text: string;
  readonly fills: readonly string[];
  /** Ids of the tokens in each blank. */
  readonly tokens: readonly (readonly number[])[];
  /**
   * ln p of the text from the first blank on given the text before it, by the forward stack, and ln p of the text up to the last blank given
   * the text after it, by the backward stack; their sum is `score`. With `forwardOnly` the score and `forward` are ln p of the fills alone.
   */
  readonly score: number;
  readonly forward: number;
  readonly backward?: number;
}

export const fillRanges = {
  count: { from: 1, to: 1000, whole: true },
  beams: { from: 1, to: 1000, whole: true },
  maximumLength: { from: 1, to: 64, whole: true },
} as const;

/** The most combinations of lengths that are searched. */
const MOST_COMBINATIONS = 256;
/** Turns of the search. In most texts the best filling no longer changes after two. */
const TURNS = 4;

/**
 * Fills the blanks of a text with the tokens that both directions of a bidirectional model find probable: candidates are ranked by the
 * product of the probabilities that both stacks give to the whole text. For each combination of lengths, a beam search fills the blanks from
 * left to right with the product of both directions' probabilities of each token, where the backward probability is that for the best
 * filling so far, then from right to left in the same way, until the best filling stays (bidirectional beam search, Sun et al. 2017). One
 * blank of one token needs no repetition: the search is exact up to the beam.
 *
 * @returns at most `count` different texts, the best first
 * @throws UserError `usage` for a model without the direction, for options out of range and for a text without blanks; `data` for text that
 *   the vocabulary does not have
 */
export async function fillBlanks(text: string, options: FillOptions): Promise<FilledText[]> {
  const { model, engine, count = 10, maximumLength = 10, forwardOnly = false, signal } = options;
  checkSignal(signal);
  checkNumber('count', count, fillRanges.count);
  checkNumber('maximumLength', maximumLength, fillRanges.maximumLength);
  checkNumber('beams', options.beams ?? 32, fillRanges.beams);
  const backward = checkedDirections(model, forwardOnly);
  const template = readTemplate(model, text, maximumLength);
  const { tokenizer } = model;
  const tokens = template.blanks.map((blank) => blankTokens(tokenizer, blank));
  if (forwardOnly && template.blanks.some(({ least, most }) => least < most))
    throw new UserError(
      'usage',
      'a blank of open length needs the text after it, which is not read with forwardOnly: give its length, as ___{3}',
    );
  // More rows than words would be another graph: see `createBatchGenerator`.
  const beams = Math.min(Math.max(options.beams ?? 32, count), model.options.vocabularySize);
  const ahead = createSlotReader(model, engine, beams, signal);
  const behind = backward && createSlotReader(backward, engine, beams, signal);
  const found = new Map<string, FilledText>();
  for (const lengths of combinations(template)) {
    const slotted = slottedText(template, tokens, lengths);
    const candidates = behind ? await searchBoth(slotted, ahead, behind) : await searchForward(slotted, ahead);
    for (const { ids, ...scores } of candidates) {
      const ofBlanks = lengths.map((length, i) => ids.slice(sum(lengths.slice(0, i)), sum(lengths.slice(0, i)) + length));
      const fills = ofBlanks.map((own, i) => tokens[i]!.text(own));
      const filled = template.filled(fills);
      const known = found.get(filled);
      if (known === undefined || known.score < scores.score)
        found.set(filled, { text: filled, fills, tokens: ofBlanks, ...scores });
    }
  }
  return [...found.values()].sort((a, b) => b.score - a.score).slice(0, count);
}

/** The backward stack, where it is used. @throws UserError `usage` for a model without the direction */
function checkedDirections({ options, path, backward }: LanguageModel, forwardOnly: boolean): LanguageModel['backward'] {
  if (forwardOnly) {
    if (directionOf(options) === 'forward') return undefined;
    throw new UserError('usage', `${path} reads backward only: train a model with model.bidirectional: true`);
  }
  if (backward !== undefined) return backward;
  throw new UserError(
    'usage',
    `${path} reads in one direction only, and blanks are filled by both: train a model with model.bidirectional: true, or use only the ` +
      'text before the blanks (--forward-only)',
  );
}

/** All lengths that the blanks can have together. @throws UserError `usage` for too many */
function combinations({ blanks }: Template): number[][] {
  const number = blanks.reduce((product, { least, most }) => product * (most - least + 1), 1);
  if (number > MOST_COMBINATIONS)
    throw new UserError(
      'usage',
      `the blanks have ${number} combinations of lengths, and at most ${MOST_COMBINATIONS} are searched: give lengths, as ___{3} or ___{1,4}`,
    );
  return blanks.reduce<number[][]>(
    (all, { least, most }) =>
      all.flatMap((lengths) => Array.from({ length: most - least + 1 }, (_, i) => [...lengths, least + i])),
    [[]],
  );
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function slottedText({ pieces }: Template, tokens: readonly BlankTokens[], lengths: readonly number[]): SlottedText {
  const slots = (length: number) => new Array<number>(length).fill(SLOT);
  return {
    tokens: Int32Array.from(pieces.flatMap((piece, i) => [...piece, ...slots(lengths[i] ?? 0)])),
    masks: lengths.flatMap((length, i) => slots(length).map((_, slot) => tokens[i]!.mask(slot, length))),
  };
}

/** Tokens for all slots in the order of the text, and their scores. */
type Candidate = { readonly ids: readonly number[] } & Pick<FilledText, 'score' | 'forward' | 'backward'>;

async function searchForward(text: SlottedText, ahead: SlotReader): Promise<Candidate[]> {
  return (await ahead.search(text)).map(({ ids, score }) => ({ ids, score, forward: score }));
}

async function searchBoth(text: SlottedText, ahead: SlotReader, behind: SlotReader): Promise<Candidate[]> {
  const reversed = { tokens: text.tokens.toReversed(), masks: text.masks.toReversed() };
  const scored = new Map<string, Candidate>();
  const score = async (fillings: readonly (readonly number[])[]) => {
    const fresh = fillings.filter((ids) => !scored.has(ids.join(' ')));
    const forward = await ahead.scores(text, fresh);
    const backward = await behind.scores(
      reversed,
      fresh.map((ids) => ids.toReversed()),
    );
    for (const [i, ids] of fresh.entries())
      scored.set(ids.join(' '), { ids, score: forward[i]! + backward[i]!, forward: forward[i]!, backward: backward[i]! });
  };
  const best = () => [...scored.values()].reduce((one, other) => (other.score > one.score ? other : one));
  const first = await behind.search(reversed);
  if (first.length === 0) return [];
  let reference = first[0]!.ids.toReversed();
  for (let turn = 0; turn < TURNS; turn++) {
    const afterSlots = await behind.atSlots(reversed, reference.toReversed());
    await score((await ahead.search(text, afterSlots.toReversed())).map(({ ids }) => ids));
    if (text.masks.length === 1) break;
    const beforeSlots = await ahead.atSlots(text, best().ids);
    await score((await behind.search(reversed, beforeSlots.toReversed())).map(({ ids }) => ids.toReversed()));
    if (best().ids.join(' ') === reference.join(' ')) break;
    reference = [...best().ids];
  }
  return [...scored.values()];
}
