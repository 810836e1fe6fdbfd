import { createPairMap } from '../../text/tokenizers/byte-pairs/pair-map.js';

/**
 * All passages of a text in at most two states a token: a state stands for passages that end at the same places, and from one to the
 * next leads each token that may follow. State 0 is the empty passage.
 */
export interface SuffixAutomaton {
  readonly states: number;
  /** Length of each state's longest passage. */
  readonly lengths: Int32Array;
  /** State of the longest suffix that also ends elsewhere; -1 for state 0. A state's passages are longer than its link's. */
  readonly links: Int32Array;
  /** For each token of the text, the state of all that ends with it. */
  readonly ends: Int32Array;
  /** The state of a passage with one token more, or -1 when it does not stand in the text. */
  next(state: number, token: number): number;
}

/** Built in one pass (Blumer et al. 1985, "The smallest automaton recognizing the subwords of a text"); about 100 bytes a token. */
export function suffixAutomaton(text: Int32Array): SuffixAutomaton {
  const most = 2 * text.length + 1;
  const lengths = new Int32Array(most);
  const links = new Int32Array(most);
  const ends = new Int32Array(text.length);
  const transitions = createPairMap();
  // The tokens that lead on from a state, as a linked list: needed when it is copied. There are at most three a token of the text.
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

  /** The part of a state's passages that are no longer than these becomes a state of its own. */
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
