import { createPairMap } from './pair-map.js';

/** Limits on the added tokens of a vocabulary, in UTF-16 units: of one token, and of all together. */
export const LONGEST_ADDED_TOKEN = 1000;
export const MOST_ADDED_TEXT = 1_000_000;

/** A token found in a text: UTF-16 units `start` to `end`, `end` excluded. */
export interface FoundToken {
  id: number;
  start: number;
  end: number;
}

/** Finds a set of tokens in texts. */
export interface AddedTokens {
  /** Length of the longest token; 0 when there is none. */
  readonly longest: number;
  /** The tokens in a text from left to right without overlap; of tokens that begin together, the longest. */
  find(text: string): FoundToken[];
  /** Like `find`, including tokens that begin within another one. */
  findAll(text: string): FoundToken[];
}

/**
 * The automaton of Aho and Corasick (1975) over the reversed tokens. It reads a text from its end: at each position it knows the longest
 * token that begins there. The time is linear in the text for any tokens; memory is linear in their lengths.
 */
export function createAddedTokens(tokens: readonly (readonly [text: string, id: number])[]): AddedTokens {
  const longest = tokens.reduce((most, [text]) => Math.max(most, text.length), 0);
  const automaton = createAutomaton(tokens);

  function findAll(text: string): FoundToken[] {
    const found: FoundToken[] = [];
    if (longest === 0) return found;
    let node = ROOT;
    for (let start = text.length - 1; start >= 0; start--) {
      node = automaton.step(node, text.charCodeAt(start));
      const token = automaton.tokenAt(node);
      if (token < 0) continue;
      const [{ length }, id] = tokens[token]!;
      found.push({ id, start, end: start + length });
    }
    return found.reverse();
  }

  return {
    longest,
    findAll,
    find(text) {
      let end = 0;
      return findAll(text).filter((token) => {
        if (token.start < end) return false;
        end = token.end;
        return true;
      });
    },
  };
}

const ROOT = 0;

function createAutomaton(tokens: readonly (readonly [text: string, id: number])[]) {
  const children = createPairMap();
  const size = tokens.reduce((sum, [text]) => sum + text.length, 1);
  /** For each node: its parent, the unit on its edge, the node of its longest proper suffix, and its longest token, or -1. */
  const parents = new Int32Array(size);
  const units = new Uint16Array(size);
  const suffixes = new Int32Array(size);
  const longestTokens = new Int32Array(size).fill(-1);
  const depths = new Int32Array(size);
  let nodes = 1;
  tokens.forEach(([text], token) => {
    let node = ROOT;
    for (let i = text.length - 1; i >= 0; i--) {
      const unit = text.charCodeAt(i);
      let child = children.get(node, unit);
      if (child < 0) {
        child = nodes++;
        children.set(node, unit, child);
        parents[child] = node;
        units[child] = unit;
        depths[child] = depths[node]! + 1;
      }
      node = child;
    }
    longestTokens[node] = token;
  });

  function step(from: number, unit: number): number {
    for (let node = from; ; node = suffixes[node]!) {
      const child = children.get(node, unit);
      if (child >= 0) return child;
      if (node === ROOT) return ROOT;
    }
  }

  // A suffix is less deep, so it is already complete.
  for (const node of byDepth(depths.subarray(0, nodes))) {
    const parent = parents[node]!;
    if (parent !== ROOT) suffixes[node] = step(suffixes[parent]!, units[node]!);
    if (longestTokens[node]! < 0) longestTokens[node] = longestTokens[suffixes[node]!]!;
  }
  return { step, tokenAt: (node: number) => longestTokens[node]! };
}

/** All nodes except the root, sorted by depth: a counting sort. */
function byDepth(depths: Int32Array): Int32Array {
  const deepest = depths.reduce((most, depth) => Math.max(most, depth), 0);
  const starts = new Int32Array(deepest + 2);
  for (let node = 1; node < depths.length; node++) starts[depths[node]! + 1]!++;
  for (let depth = 1; depth < starts.length; depth++) starts[depth]! += starts[depth - 1]!;
  const nodes = new Int32Array(depths.length - 1);
  for (let node = 1; node < depths.length; node++) nodes[starts[depths[node]!]!++] = node;
  return nodes;
}
