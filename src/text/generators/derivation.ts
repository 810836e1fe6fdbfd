import type { Random } from '../../foundation/random.js';
import type { Bind, Grammar, GrammarRule, TemplatePart, Word } from './grammar.js';

/** The word of each variable, by the variable's index; undefined before it is drawn and after the end of its scope. */
export type Environment = readonly (Word | undefined)[];

/** The rest of a derivation: parts of an alternative from `position` on, then the calling frame. */
export interface Frame {
  readonly parts: readonly TemplatePart[];
  readonly position: number;
  readonly environment: Environment;
  readonly next: Frame | undefined;
}

/** The next step of a derivation: text to write, or a draw between several continuations. */
export type Step =
  | { readonly kind: 'text'; readonly text: string; readonly rest: Frame | undefined }
  | { readonly kind: 'draw'; readonly options: readonly Continuation[] };

export interface Continuation {
  readonly probability: number;
  readonly rest: Frame | undefined;
}

/** The first frame of a document's derivation. */
export function startOf(grammar: Grammar): Frame {
  return { parts: [{ kind: 'rule', rule: grammar.start }], position: 0, environment: [], next: undefined };
}

/** Takes one step. A rule with one alternative needs no draw and is expanded at once. */
export function step(frame: Frame): Step {
  const { parts, position, environment } = frame;
  const part = parts[position] as TemplatePart;
  const rest = after(frame);
  switch (part.kind) {
    case 'text':
      return { kind: 'text', text: part.text, rest };
    case 'rule':
      return enter(part.rule, environment, rest);
    case 'attribute':
      return enter(attributeOf(part, environment), environment, rest);
    case 'bind': {
      const words = candidates(part, environment);
      const probability = 1 / words.length;
      const options = words.map((word) => ({
        probability,
        rest: advance(parts, position + 1, bound(environment, part.variable, word), frame.next),
      }));
      return { kind: 'draw', options };
    }
  }
}

/** The words from which a variable may be drawn, given those already drawn. */
export function candidates(bind: Bind, environment: Environment): readonly Word[] {
  if (bind.except.length === 0) return bind.words;
  return bind.words.filter((word) => bind.except.every((variable) => environment[variable] !== word));
}

/** The rule of an attribute. @throws Error when the variable has no word or the word lacks the attribute */
export function attributeOf(part: { readonly variable: number; readonly name: string }, environment: Environment): GrammarRule {
  const rule = environment[part.variable]?.get(part.name);
  if (!rule) throw new Error(`variable ${part.variable} has no attribute "${part.name}" here`);
  return rule;
}

/** The environment with one variable set. */
export function bound<T>(environment: readonly T[], variable: number, word: T): readonly T[] {
  const copy = environment.slice();
  copy[variable] = word;
  return copy;
}

/** A document drawn from the grammar, with the index of each draw. */
export function sampleDocument(grammar: Grammar, random: Random): { text: string; choices: number[] } {
  const pieces: string[] = [];
  const choices: number[] = [];
  let frame: Frame | undefined = startOf(grammar);
  while (frame) {
    const next = step(frame);
    if (next.kind === 'text') {
      pieces.push(next.text);
      frame = next.rest;
    } else {
      const choice = pick(next.options, random.uniform());
      choices.push(choice);
      frame = (next.options[choice] as Continuation).rest;
    }
  }
  return { text: pieces.join(''), choices };
}

/** The option whose share of [0, 1) contains the number. */
function pick(options: readonly Continuation[], uniform: number): number {
  let remaining = uniform;
  for (let index = 0; index < options.length - 1; index++) {
    remaining -= (options[index] as Continuation).probability;
    if (remaining < 0) return index;
  }
  return options.length - 1;
}

function enter(rule: GrammarRule, environment: Environment, rest: Frame | undefined): Step {
  const options = rule.alternatives.map(({ probability, parts }) => ({
    probability,
    rest: advance(parts, 0, environment, rest),
  }));
  if (options.length > 1) return { kind: 'draw', options };
  const only = options[0]?.rest;
  return only ? step(only) : { kind: 'text', text: '', rest: undefined };
}

function after({ parts, position, environment, next }: Frame): Frame | undefined {
  return advance(parts, position + 1, environment, next);
}

/** The frame at a position; at the end of the parts, that of the caller. A frame therefore always has a next part. */
function advance(
  parts: readonly TemplatePart[],
  position: number,
  environment: Environment,
  next: Frame | undefined,
): Frame | undefined {
  return position < parts.length ? { parts, position, environment, next } : next;
}
