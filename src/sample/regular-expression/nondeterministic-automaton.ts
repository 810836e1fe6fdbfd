import { type Budget, tooLarge } from './budget.js';
import type { CodePointSet } from './code-point-set.js';
import type { Expression } from './expression.js';
import { type ByteSequence, utf8Ranges } from './utf8-ranges.js';

/** A state either reads one byte of a range, or has transitions to several states without reading. */
type State =
  | { readonly kind: 'byte'; readonly low: number; readonly high: number; readonly target: number }
  | { readonly kind: 'split'; targets: readonly number[] };

/** A nondeterministic automaton over bytes. */
export interface NondeterministicAutomaton {
  readonly states: readonly State[];
  readonly start: number;
  /** The accepting state. */
  readonly end: number;
}

const MOST_STATES = 200_000;

/**
 * The automaton of an expression (Thompson 1968), built from its end: each part gets the state that follows it.
 * @throws UserError usage for an expression with too many states, or too many parts after its repetitions are expanded
 */
export function nondeterministicAutomaton(expression: Expression, budget: Budget): NondeterministicAutomaton {
  const states: State[] = [];
  /** Cached because the same sets occur repeatedly, and `\p{L}` has hundreds of ranges. */
  const sequences = new Map<CodePointSet, readonly ByteSequence[]>();
  const add = (state: State) => {
    if (states.length >= MOST_STATES)
      throw tooLarge(`more than ${MOST_STATES} characters when its repetitions are written out`);
    return states.push(state) - 1;
  };
  const split = (targets: readonly number[]) => (targets.length === 1 ? targets[0]! : add({ kind: 'split', targets }));

  function build(part: Expression, next: number): number {
    // A part that reads nothing adds no states, but nested repetitions can contain it thousands of times.
    budget.spend(1);
    switch (part.kind) {
      case 'set':
        return split(
          sequencesOf(part.set).map((bytes) =>
            bytes.reduceRight((target, [low, high]) => add({ kind: 'byte', low, high, target }), next),
          ),
        );
      case 'sequence':
        return part.parts.reduceRight((target, inner) => build(inner, target), next);
      case 'choice':
        return split(part.options.map((option) => build(option, next)));
      case 'repeat':
        return buildRepeat(part, next);
    }
  }

  function sequencesOf(set: CodePointSet): readonly ByteSequence[] {
    const known = sequences.get(set) ?? utf8Ranges(set);
    sequences.set(set, known);
    return known;
  }

  function buildRepeat({ body, minimum, maximum }: Expression & { kind: 'repeat' }, next: number): number {
    let start = next;
    if (maximum === Number.POSITIVE_INFINITY) {
      const loop: State = { kind: 'split', targets: [] };
      start = add(loop);
      loop.targets = [build(body, start), next];
    } else {
      for (let i = minimum; i < maximum; i++) start = split([build(body, start), next]);
    }
    for (let i = 0; i < minimum; i++) start = build(body, start);
    return start;
  }

  const end = add({ kind: 'split', targets: [] });
  return { start: build(expression, end), end, states };
}
