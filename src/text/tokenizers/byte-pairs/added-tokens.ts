/** A token that stands in a text: UTF-16 units `start` to `end`, `end` excluded. */
export interface FoundToken {
  id: number;
  start: number;
  end: number;
}

/**
 * Whether a cut at an index of a text, which goes on, may fall into one of some tokens: one stands across it, or might when
 * the text's continuation is known.
 */
export function mayCutAddedToken(tokens: readonly string[], text: string, cut: number): boolean {
  return tokens.some((token) => {
    const reach = token.length - 1;
    return (reach > 0 && cut + reach > text.length) || text.slice(Math.max(0, cut - reach), cut + reach).includes(token);
  });
}

/** A node of the trie of all tokens, with the id of the token that ends in it. */
interface Node {
  id?: number;
  readonly next: Map<number, Node>;
}

/**
 * Makes a function that finds the first of some tokens in a text, at or after an index; of those that begin at the same place
 * it is the longest.
 */
export function createAddedTokenFinder(
  tokens: readonly (readonly [text: string, id: number])[],
): (text: string, from: number) => FoundToken | undefined {
  const root: Node = { next: new Map() };
  for (const [text, id] of tokens) {
    let node = root;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      const next = node.next.get(unit) ?? { next: new Map() };
      node.next.set(unit, next);
      node = next;
    }
    node.id = id;
  }

  function longestAt(text: string, start: number): FoundToken | undefined {
    let found: FoundToken | undefined;
    let node = root.next.get(text.charCodeAt(start));
    for (let end = start + 1; node !== undefined; node = node.next.get(text.charCodeAt(end++))) {
      if (node.id !== undefined) found = { id: node.id, start, end };
    }
    return found;
  }

  return (text, from) => {
    if (tokens.length === 0) return undefined;
    for (let start = from; start < text.length; start++) {
      const found = longestAt(text, start);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}
