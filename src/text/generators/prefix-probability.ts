import { type Frame, startOf, step } from './derivation.js';
import type { Grammar } from './grammar.js';
import { outsideSource } from './outside-source.js';

/** How surprising a text is to the source that wrote it. */
export interface TextSurprisal {
  /** -ln of the probability that the source begins with this text. */
  readonly nats: number;
  readonly characters: number;
  /** -ln P(character | all before it), in nats, one for each UTF-16 unit; they add up to `nats`. */
  readonly perCharacter: Float64Array;
}

/** The draws of a derivation, latest first. */
interface Trail {
  readonly choice: number;
  readonly before: Trail | undefined;
}

/** One way in which the text so far can have come about: `position` in `text`, then `rest`; `weight` is its posterior probability. */
interface Hypothesis {
  readonly text: string;
  position: number;
  readonly rest: Frame | undefined;
  weight: number;
  readonly trail: Trail | undefined;
}

// An unambiguous grammar keeps a few hundred at a wide draw; more means that two derivations of one text run side by side.
const mostHypotheses = 1_000_000;

/**
 * The exact surprisal of a text that begins where a document begins and may end anywhere, under the endless source that writes
 * document after document with the separator between them.
 *
 * This is the forward algorithm over derivations: every way to have written the text so far is kept with its probability, each
 * character is as probable as the ways that go on with it, and the other ways are dropped.
 *
 * @throws UserError('data') when the grammar cannot have written the text.
 */
export function surprisal(grammar: Grammar, text: string): TextSurprisal {
  const perCharacter = new Float64Array(text.length);
  let nats = 0;
  follow(grammar, text, (position, probability) => {
    const value = probability === 1 ? 0 : -Math.log(probability);
    perCharacter[position] = value;
    nats += value;
  });
  return { nats, characters: text.length, perCharacter };
}

/**
 * All derivations of a text of whole documents, each as the indices taken at its draws. An unambiguous grammar has exactly one
 * for each of its texts.
 * @internal for the tests, which hold that the grammars are unambiguous
 */
export function derivationsOf(grammar: Grammar, text: string): number[][] {
  const complete = follow(grammar, text, () => {}).flatMap((hypothesis) => endings(hypothesis));
  return complete.map(({ trail }) => choicesOf(trail));
}

/** The ways in which a document may end here without another character. */
function endings(hypothesis: Hypothesis): Hypothesis[] {
  if (hypothesis.position < hypothesis.text.length) return [];
  if (!hypothesis.rest) return [hypothesis];
  return ways(hypothesis.rest, hypothesis.weight, hypothesis.trail).flatMap((way) => endings(way));
}

function choicesOf(trail: Trail | undefined): number[] {
  const choices: number[] = [];
  for (let link = trail; link; link = link.before) choices.push(link.choice);
  return choices.reverse();
}

/** Follows the text, reporting each character's probability given those before; returns the ways that wrote it. */
function follow(grammar: Grammar, text: string, report: (position: number, probability: number) => void): Hypothesis[] {
  let hypotheses = ways(startOf(grammar), 1, undefined);
  for (let position = 0; position < text.length; position++) {
    const code = text.charCodeAt(position);
    const open: Hypothesis[] = [];
    for (const hypothesis of hypotheses) openInto(open, hypothesis, grammar);
    hypotheses = open.filter((hypothesis) => hypothesis.text.charCodeAt(hypothesis.position) === code);
    if (hypotheses.length === 0) throw outsideSource(text, position);
    if (hypotheses.length > mostHypotheses) throw new Error(`the grammar is ambiguous near character ${position}`);
    const probability = open.length === hypotheses.length ? 1 : hypotheses.reduce((sum, { weight }) => sum + weight, 0);
    for (const hypothesis of hypotheses) {
      hypothesis.weight /= probability;
      hypothesis.position++;
    }
    report(position, probability);
  }
  return hypotheses;
}

/** Adds the hypothesis when it has a character to offer, or else the ways in which it goes on. */
function openInto(open: Hypothesis[], hypothesis: Hypothesis, grammar: Grammar): void {
  const { text, position, rest, weight, trail } = hypothesis;
  if (position < text.length) {
    open.push(hypothesis);
  } else if (rest) {
    for (const way of ways(rest, weight, trail)) openInto(open, way, grammar);
  } else {
    // The separator comes only once the text goes on, so a text may end with its last document.
    openInto(open, { text: grammar.separator, position: 0, rest: startOf(grammar), weight, trail }, grammar);
  }
}

/** Every way to go on, up to its next piece of text or the document's end. */
function ways(frame: Frame, weight: number, trail: Trail | undefined, found: Hypothesis[] = []): Hypothesis[] {
  const next = step(frame);
  if (next.kind === 'text') {
    if (next.text === '' && next.rest) return ways(next.rest, weight, trail, found);
    found.push({ text: next.text, position: 0, rest: next.rest, weight, trail });
    return found;
  }
  next.options.forEach(({ probability, rest }, choice) => {
    const taken = { choice, before: trail };
    if (rest) ways(rest, weight * probability, taken, found);
    else found.push({ text: '', position: 0, rest: undefined, weight: weight * probability, trail: taken });
  });
  return found;
}
