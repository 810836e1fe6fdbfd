import { createPairMap } from '../../text/tokenizers/byte-pairs/pair-map.js';

/**
 * The suffix automaton of a text, with at most two states per token. A state represents passages that end at the same positions, and has a
 * transition for each token that may follow. State 0 is the empty passage.
 */
export interface SuffixAutomaton {
  readonly states: number;
  /** Length of each state's longest passage. */
  readonly lengths: Int32Array;
  /** The state of the longest suffix that also ends elsewhere; -1 for state 0. A state's passages are longer than those of its link. */
  readonly links: Int32Array;
  /** For each token of the text, the state of the longest passage that ends with it. */
  readonly ends: Int32Array;
  /** The state of a passage extended by one token, or -1 when that does not occur in the text. */
  next(state: number, token: number): number;
}

/** Built in one pass (Blumer et al. 1985, "The smallest automaton recognizing the subwords of a text"); about 100 bytes per token. */
export function suffixAutomaton(text: Int32Array): SuffixAutomaton {
  const most = 2 * text.length + 1;
  const lengths = new Int32Array(most);
  const links = new Int32Array(most);
  const ends = new Int32Array(text.length);
  const transitions = createPairMap();
  // The tokens of a state's transitions, as a linked list, which is needed when a state is copied. There are at most three per token of the
  // text.
  const firstEdge = new Int32Array(most).fill(-1);
  const nextEdge = new Int32Array(3 * text.length + 1);
  const edgeToken = new Int32Array(3 * text.length + 1);
  let edges = 0;
  let states = 1;
  links[0] = -1;

  function connect(state: number, token: number, target: number): void {
    transitions.set(state, token, target);
    edgeToken[edges] = token;
    nextEdge[edges] = firstEdge[state]!;
    firstEdge[state] = edges++;
  }

  /** Moves a state's passages up to this length to a new state. */
  function split(state: number, length: number): number {
    const part = states++;
    lengths[part] = length;
    links[part] = links[state]!;
    links[state] = part;
    for (let edge = firstEdge[state]!; edge >= 0; edge = nextEdge[edge]!)
      connect(part, edgeToken[edge]!, transitions.get(state, edgeToken[edge]!));
    return part;
  }

  let last = 0;
  for (let i = 0; i < text.length; i++) {
    const token = text[i]!;
    const state = states++;
    lengths[state] = lengths[last]! + 1;
    let from = last;
    for (; from >= 0 && transitions.get(from, token) < 0; from = links[from]!) connect(from, token, state);
    if (from >= 0) {
      const target = transitions.get(from, token);
      const length = lengths[from]! + 1;
      links[state] = lengths[target] === length ? target : split(target, length);
      const shorter = links[state]!;
      for (; shorter !== target && from >= 0 && transitions.get(from, token) === target; from = links[from]!)
        transitions.set(from, token, shorter);
    }
    last = state;
    ends[i] = state;
  }
  return { states, lengths, links, ends, next: (state, token) => transitions.get(state, token) };
}
