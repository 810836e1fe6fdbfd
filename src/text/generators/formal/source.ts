import { createRandom } from '../../../foundation/random.js';
import type { CorpusGenerator } from '../corpus-generator.js';
import type { Entropy } from '../expected-entropy.js';
import { outsideSource } from '../outside-source.js';

/** A possible next character. */
export interface Transition {
  readonly character: string;
  readonly probability: number;
  readonly next: State;
}

/**
 * The state of a source: the possible next characters, each at most once. The text so far determines the state (the source is unifilar,
 * Shannon 1948), so the probability of a text is the product over its characters, and its entropy is exact. A state is a function, so that
 * the states of a source with a stack or a memory are created when they are reached.
 */
export type State = () => readonly Transition[];

/** A state that writes this text with certainty. */
export function surely(text: string, next: State): State {
  let state = next;
  for (const character of [...text].reverse()) {
    const after = state;
    const transitions = [{ character, probability: 1, next: after }];
    state = () => transitions;
  }
  return state;
}

/** Equally likely transitions. */
export function evenly(characters: readonly string[], after: (character: string) => State): Transition[] {
  return characters.map((character) => ({ character, probability: 1 / characters.length, next: after(character) }));
}

/** Entropy of a choice with this probability against its complement, in nats. */
export function binaryEntropy(p: number): number {
  return p <= 0 || p >= 1 ? 0 : -p * Math.log(p) - (1 - p) * Math.log(1 - p);
}

/** Entropy of lines with this mean number of characters, including the line end. */
export function entropyOfLines(natsPerDocument: number, charactersPerDocument: number): Entropy {
  return { natsPerDocument, charactersPerDocument, natsPerCharacter: natsPerDocument / charactersPerDocument };
}

/**
 * Entropy of a source whose lines have bounded lengths: the chain rule over its states, each of which is visited once.
 *
 * @param line as for {@link lineGenerator}; no state leads to itself except through it, and equal states are the same function
 */
export function entropyOfFiniteLines(line: State): Entropy {
  const known = new Map<State, { nats: number; characters: number }>();
  const rest = (state: State): { nats: number; characters: number } => {
    const before = known.get(state);
    if (before) return before;
    let nats = 0;
    let characters = 1;
    for (const { probability, next } of state()) {
      const after = next === line ? { nats: 0, characters: 0 } : rest(next);
      nats += probability * (after.nats - Math.log(probability));
      characters += probability * after.characters;
    }
    known.set(state, { nats, characters });
    return { nats, characters };
  };
  const { nats, characters } = rest(line);
  return entropyOfLines(nats, characters);
}

/**
 * The generator of a source that produces lines, each of which is a document and independent of the others.
 *
 * @param line the state at the beginning of a line, to which the source returns after every `\n`
 */
export function lineGenerator(name: string, line: State, entropy: () => Entropy): CorpusGenerator {
  return {
    name,
    generate({ seed, characters }) {
      const random = createRandom(seed);
      const pieces: string[] = [];
      let state = line;
      for (let length = 0; length < characters || state !== line; length++) {
        const { character, next } = draw(state(), random.uniform());
        pieces.push(character);
        state = next;
      }
      return pieces.join('');
    },
    surprisal(text) {
      const perCharacter = new Float64Array(text.length);
      let nats = 0;
      let state = line;
      for (let i = 0; i < text.length; i++) {
        const taken = state().find(({ character }) => character === text[i]);
        if (taken === undefined) throw outsideSource(text, i);
        const value = taken.probability === 1 ? 0 : -Math.log(taken.probability);
        perCharacter[i] = value;
        nats += value;
        state = taken.next;
      }
      return { nats, characters: text.length, perCharacter };
    },
    entropy,
  };
}

/** The transition at a position in [0, 1); the last one takes the rounding error. */
function draw(transitions: readonly Transition[], place: number): Transition {
  let rest = place;
  for (const transition of transitions) {
    if (rest < transition.probability) return transition;
    rest -= transition.probability;
  }
  return transitions.at(-1)!;
}
