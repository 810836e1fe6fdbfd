import { type Frame, startOf, step } from './derivation.js';
import type { Grammar } from './grammar.js';
import { outsideSource } from './outside-source.js';

/** The surprisal of a text under its source. */
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

/** A possible derivation of the text so far: `position` in `text`, then `rest`; `weight` is its posterior probability. */
interface Hypothesis {
  readonly text: string;
  position: number;
  readonly rest: Frame | undefined;
  weight: number;
  readonly trail: Trail | undefined;
}

// An unambiguous grammar has a few hundred hypotheses at a wide draw; more means that a text has two derivations.
const mostHypotheses = 1_000_000;

/**
 * The exact surprisal of a text that begins where a document begins and may end anywhere, under the endless source that produces document
 * after document with the separator in between.
 *
 * This is the forward algorithm over derivations: every derivation of the text so far is kept with its probability. The probability of a
 * character is the total of the derivations that continue with it; the others are dropped.
 *
 * @throws UserError('data') when the grammar cannot produce the text
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
 * All derivations of a text of whole documents, each as the indices of its draws. An unambiguous grammar has exactly one for each of its
 * texts.
 * @internal for the tests, which check that the grammars are unambiguous
 */
export function derivationsOf(grammar: Grammar, text: string): number[][] {
  const complete = follow(grammar, text, () => {}).flatMap((hypothesis) => endings(hypothesis));
  return complete.map(({ trail }) => choicesOf(trail));
}

/** The continuations in which a document ends here without another character. */
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

/** Follows the text, and reports each character's probability given those before; returns the derivations of the text. */
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

/** Adds the hypothesis if its next step is a character, or else its continuations. */
function openInto(open: Hypothesis[], hypothesis: Hypothesis, grammar: Grammar): void {
  const { text, position, rest, weight, trail } = hypothesis;
  if (position < text.length) {
    open.push(hypothesis);
  } else if (rest) {
    for (const way of ways(rest, weight, trail)) openInto(open, way, grammar);
  } else {
    // The separator comes only when the text continues, so a text may end with its last document.
    openInto(open, { text: grammar.separator, position: 0, rest: startOf(grammar), weight, trail }, grammar);
  }
}

/** All continuations, up to the next piece of text or the document's end. */
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
