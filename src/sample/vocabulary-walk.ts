import { compareBytes, joinBytes } from '../foundation/bytes.js';
import { type Automaton, DEAD } from './regular-expression/automaton.js';

/**
 * Visits, from a state of an automaton, every token of a vocabulary that can be read there: calls back with the token and the state after
 * it.
 */
export interface VocabularyWalk {
  (from: number, onToken: (id: number, to: number) => void): void;
  /** The number of tokens that it visits. */
  readonly size: number;
}

/**
 * Tokens are sorted by their bytes, so that the common prefix of neighbours is read once, and all tokens with an unreadable prefix are
 * skipped: a trie without nodes.
 *
 * @param tokens the bytes of each token, by id; tokens without bytes are never visited
 */
export function createVocabularyWalk(tokens: readonly Uint8Array[], automaton: Automaton): VocabularyWalk {
  const ids = tokens.map((_, id) => id).filter((id) => tokens[id]!.length > 0);
  ids.sort((a, b) => compareBytes(tokens[a]!, tokens[b]!));
  const shared = ids.map((id, i) => (i === 0 ? 0 : sharedLength(tokens[ids[i - 1]!]!, tokens[id]!)));
  const sorted = joinBytes(ids.map((id) => tokens[id]!));
  /** The offset of each token in the sorted bytes, and the end. */
  const begins = new Int32Array(ids.length + 1);
  for (const [i, id] of ids.entries()) begins[i + 1] = begins[i]! + tokens[id]!.length;
  const longest = ids.reduce((most, id) => Math.max(most, tokens[id]!.length), 0);
  /** The states after each byte of the current token. */
  const states = new Int32Array(longest + 1);

  const walk = (from: number, onToken: (id: number, to: number) => void) => {
    states[0] = from;
    let readable = 0;
    for (let i = 0; i < ids.length; i++) {
      // It begins like a neighbour that could not be read up to here.
      if (shared[i]! > readable) continue;
      const begin = begins[i]!;
      const length = begins[i + 1]! - begin;
      let depth = shared[i]!;
      while (depth < length) {
        const next = automaton.step(states[depth]!, sorted[begin + depth]!);
        if (next === DEAD) break;
        states[++depth] = next;
      }
      readable = depth;
      if (depth === length) onToken(ids[i]!, states[depth]!);
    }
  };
  return Object.assign(walk, { size: ids.length });
}

function sharedLength(a: Uint8Array, b: Uint8Array): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
