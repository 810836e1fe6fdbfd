import { type Budget, createBudget, tooLarge } from './budget.js';
import { type NondeterministicAutomaton, nondeterministicAutomaton } from './nondeterministic-automaton.js';
import { parseRegularExpression } from './parse.js';

/** From this state no match can be reached. */
export const DEAD = -1;

/** A deterministic automaton over the bytes of UTF-8. */
export interface Automaton {
  readonly start: number;
  /** The state after a byte, or DEAD. */
  step(state: number, byte: number): number;
  accepts(state: number): boolean;
}

const MOST_STATES = 10_000;
/** The most steps. A step is a state of the nondeterministic automaton that is visited or stored: about 10 bytes and 100 ns. */
const MOST_STEPS = 3_000_000;

/**
 * The automaton of the texts that a regular expression (see `parseRegularExpression`) matches as a whole. Its states, which are sets of
 * states of the nondeterministic automaton (Rabin and Scott 1959), are created when they are first reached.
 *
 * @throws UserError usage for an invalid pattern; also during use, when the automaton becomes too large
 */
export function createAutomaton(pattern: string): Automaton {
  const budget = createBudget(MOST_STEPS, 'its automaton takes');
  const automaton = nondeterministicAutomaton(parseRegularExpression(pattern), budget);
  const closure = createClosure(automaton, budget);
  const known = new Map<string, number>();
  const members: Int32Array[] = [];
  const transitions: (Int16Array | undefined)[] = [];

  /** States with a single member, by that member: most bytes lead to one, often to the same. */
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

  /** Between two adjacent range limits, all bytes lead to the same state. */
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
    /** For each interval, by its first byte: the states that it leads to. */
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

/** Makes the function that finds all states reachable from some states without reading: those that read, and the end state; ascending. */
function createClosure({ states, end }: NondeterministicAutomaton, budget: Budget): (from: readonly number[]) => Int32Array {
  /** For each state, the number of the call that visited it last. */
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
