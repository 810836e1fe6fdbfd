import { type Budget, createBudget, tooLarge } from './budget.js';
import { type NondeterministicAutomaton, nondeterministicAutomaton } from './nondeterministic-automaton.js';
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
/** A step is a state of the nondeterministic automaton that is visited or stored: some 10 bytes and 100 ns. */
const MOST_STEPS = 3_000_000;

/**
 * The automaton of the texts that a regular expression (see `parseRegularExpression`) matches from beginning to end. Its states,
 * which are sets of states of the nondeterministic one (Rabin and Scott 1959), are made when they are first reached.
 *
 * @throws UserError usage for a pattern that cannot be used, also while it is being used, when it turns out to be too large.
 */
export function createAutomaton(pattern: string): Automaton {
  const budget = createBudget(MOST_STEPS, 'its automaton takes');
  const automaton = nondeterministicAutomaton(parseRegularExpression(pattern), budget);
  const closure = createClosure(automaton, budget);
  const known = new Map<string, number>();
  const members: Int32Array[] = [];
  const transitions: (Int16Array | undefined)[] = [];

  /** The state of one target alone, by that target: most bytes lead to one, and the same one again and again. */
  const ofOne = new Map<number, number>();

  function stateOf(targets: readonly number[]): number {
    const [target] = targets;
    if (target === undefined) return DEAD;
    const state = (targets.length === 1 ? ofOne.get(target) : undefined) ?? stateOfAll(targets);
    if (targets.length === 1) ofOne.set(target, state);
    return state;
  }

  function stateOfAll(targets: readonly number[]): number {
    const closed = closure(targets);
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
    const isBorder = new Uint8Array(257);
    isBorder[0] = 1;
    const edges = [...members[state]!].flatMap((member) => {
      const edge = automaton.states[member]!;
      if (edge.kind !== 'byte') return [];
      isBorder[edge.low] = 1;
      isBorder[edge.high + 1] = 1;
      return [edge];
    });
    /** By the byte that an interval between borders begins with: the states that it leads to. */
    const targets: number[][] = [];
    for (let byte = 0; byte < 256; byte++) if (isBorder[byte] === 1) targets[byte] = [];
    budget.spend(edges.length);
    for (const { low, high, target } of edges)
      for (let byte = low; byte <= high; byte++) if (isBorder[byte] === 1) targets[byte]!.push(target);
    const row = new Int16Array(256).fill(DEAD);
    let to = DEAD;
    for (let byte = 0; byte < 256; byte++) {
      if (isBorder[byte] === 1) to = stateOf(targets[byte]!);
      row[byte] = to;
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

/** Makes what finds all states that are reached from some without reading: those that read, and the end; ascending. */
function createClosure({ states, end }: NondeterministicAutomaton, budget: Budget): (from: readonly number[]) => Int32Array {
  /** The number of the call that has seen a state last. */
  const seenBy = new Int32Array(states.length);
  let call = 0;
  return (from) => {
    call++;
    const waiting = [...from];
    const found: number[] = [];
    budget.spend(from.length);
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seenBy[next] === call) continue;
      seenBy[next] = call;
      const state = states[next]!;
      if (state.kind === 'byte' || next === end) found.push(next);
      if (state.kind === 'byte') continue;
      budget.spend(state.targets.length);
      for (const target of state.targets) waiting.push(target);
    }
    return Int32Array.from(found).sort();
  };
}
