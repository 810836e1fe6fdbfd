import type { TokenSource } from '../../text/batches.js';
import { eachToken } from '../each-token.js';
import { type SuffixAutomaton, suffixAutomaton } from './suffix-automaton.js';

/** Separates texts; it is not a token. */
const SEPARATOR = -1;

/**
 * For each token of some texts, the length of the longest passage that ends with it and also occurs in the source. An n-gram of the texts
 * occurs in the source exactly where the length is at least n.
 *
 * The source is read once, in pieces, and may be larger than memory; only the texts are in memory.
 */
export function longestMatches(texts: readonly Int32Array[], source: Int32Array | TokenSource): Int32Array[] {
  const automaton = suffixAutomaton(joined(texts));
  const matches = passOn(automaton, matchesOfStates(automaton, source));
  let start = 0;
  return texts.map((text) => {
    const lengths = Int32Array.from(text, (_, i) => matches[automaton.ends[start + i]!]!);
    start += text.length + 1;
    return lengths;
  });
}

function joined(texts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(texts.reduce((sum, { length }) => sum + length + 1, 0)).fill(SEPARATOR);
  let start = 0;
  for (const text of texts) {
    all.set(text, start);
    start += text.length + 1;
  }
  return all;
}

/** For each state, the length of its longest passage that occurred in the source; 0 when none did. */
function matchesOfStates({ states, lengths, links, next }: SuffixAutomaton, source: Int32Array | TokenSource): Int32Array {
  const longest = new Int32Array(states);
  let state = 0;
  let length = 0;
  for (const token of eachToken(source)) {
    let target = next(state, token);
    while (target < 0 && state > 0) {
      state = links[state]!;
      length = lengths[state]!;
      target = next(state, token);
    }
    if (target < 0) continue;
    state = target;
    longest[state] = Math.max(longest[state]!, ++length);
  }
  return longest;
}

/** Propagates matches: a match of a passage is also one of its suffixes, and a state without a match has the matches of its suffixes. */
function passOn({ states, lengths, links }: SuffixAutomaton, longest: Int32Array): Int32Array {
  const byLength = Int32Array.from({ length: states - 1 }, (_, i) => i + 1).sort((a, b) => lengths[a]! - lengths[b]!);
  for (const state of byLength.toReversed()) {
    const link = links[state]!;
    if (longest[state]! > 0) longest[link] = lengths[link]!;
  }
  for (const state of byLength) if (longest[state] === 0) longest[state] = longest[links[state]!]!;
  return longest;
}
