import { type NondeterministicAutomaton, nondeterministicAutomaton, tooLarge } from './nondeterministic-automaton.js';
import { parseRegularExpression } from './parse.js';

/** In this state no text that goes on can match. */
export const DEAD = -1;

/** An automaton over the bytes of UTF-8, in one state at a time. */
export interface Automaton {
  readonly start: number;
  /** The state after a byte, or DEAD. */
  step(state: number, byte: number): number;
  accepts(state: number): boolean;
}

const MOST_STATES = 10_000;

/**
 * The automaton of the texts that a regular expression (see `parseRegularExpression`) matches from beginning to end. Its states,
 * which are sets of states of the nondeterministic one (Rabin and Scott 1959), are made when they are first reached.
 *
 * @throws UserError usage for a pattern that cannot be used, also while it is being used, when it turns out to have too many states.
 */
export function createAutomaton(pattern: string): Automaton {
  const automaton = nondeterministicAutomaton(parseRegularExpression(pattern));
  const known = new Map<string, number>();
  const members: (readonly number[])[] = [];
  const transitions: (Int16Array | undefined)[] = [];

  function stateOf(targets: readonly number[]): number {
    const closed = closure(automaton, targets);
    if (closed.length === 0) return DEAD;
    const key = closed.join(' ');
    const found = known.get(key);
    if (found !== undefined) return found;
    if (members.length >= MOST_STATES) throw tooLarge(`more than ${MOST_STATES} states`);
    known.set(key, members.length);
    transitions.push(undefined);
    return members.push(closed) - 1;
  }

  /** Between two borders of ranges all bytes lead to the same state. */
  function transitionsOf(state: number): Int16Array {
    const row = new Int16Array(256).fill(DEAD);
    const edges = members[state]!.flatMap((member) => {
      const edge = automaton.states[member]!;
      return edge.kind === 'byte' ? [edge] : [];
    });
    const borders = [...new Set([0, 256, ...edges.flatMap(({ low, high }) => [low, high + 1])])].sort((a, b) => a - b);
    for (let i = 0; i + 1 < borders.length; i++) {
      const byte = borders[i]!;
      const targets = edges.filter(({ low, high }) => low <= byte && byte <= high).map(({ target }) => target);
      if (targets.length > 0) row.fill(stateOf(targets), byte, borders[i + 1]!);
    }
    return row;
  }

  return {
    start: stateOf([automaton.start]),
    step(state, byte) {
      transitions[state] ??= transitionsOf(state);
      return transitions[state]![byte]!;
    },
    accepts: (state) => members[state]!.includes(automaton.end),
  };
}

/** All states that are reached without reading: those that read, and the end; ascending. */
function closure({ states, end }: NondeterministicAutomaton, from: readonly number[]): number[] {
  const seen = new Set<number>();
  const waiting = [...from];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const state = states[next]!;
    if (state.kind === 'split') waiting.push(...state.targets);
  }
  return [...seen].filter((id) => id === end || states[id]!.kind === 'byte').sort((a, b) => a - b);
}
