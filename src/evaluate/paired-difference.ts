import { countCodePoints } from '../text/code-points.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { type BootstrapOptions, blockBootstrap, type ConfidenceInterval } from './block-bootstrap.js';
import { locateTokens } from './token-spans.js';

/** A text scored by a model: N tokens, and the nats of each but the first. */
export interface ScoredText {
  readonly tokenizer: Tokenizer;
  readonly tokens: Int32Array;
  readonly losses: Float32Array;
}

/** How much better one model predicts a text than another. */
export interface PairedDifference {
  /** `token` if both models read the same tokens; `character` if they are compared on pieces of text. */
  readonly by: 'token' | 'character';
  /** The number of tokens, or of characters (code points), that are compared. */
  readonly count: number;
  /** Nats of the first and of the second model over the compared text. */
  readonly nats: readonly [first: number, second: number];
  /** (nats of the first - nats of the second) / count: above 0 when the second predicts better. */
  readonly difference: number;
  /** Confidence interval of `difference`. Undefined when the text is too short for one. */
  readonly interval: ConfidenceInterval | undefined;
}

/**
 * Compares two models on one text in pairs. This detects much smaller differences than two separate intervals, because difficult text is
 * difficult for both. Models with the same tokens are compared token by token. Others are compared on the pieces between positions where
 * both end a token (for a word model and a character model: words), in nats per character. Text before the first such position is omitted,
 * because a first token is not predicted.
 */
export function pairedDifference(
  text: string,
  first: ScoredText,
  second: ScoredText,
  options: BootstrapOptions = {},
): PairedDifference {
  const same = first.tokens.length === second.tokens.length && first.tokens.every((id, i) => id === second.tokens[i]);
  const sameNames = same && sameTokens(first.tokenizer, second.tokenizer);
  const pairs = sameNames ? tokenPairs(first.losses, second.losses) : piecePairs(text, first, second);
  const differences = pairs.first.map((nats, i) => nats - pairs.second[i]!);
  const count = sameNames ? differences.length : sum(pairs.characters!);
  return {
    by: sameNames ? 'token' : 'character',
    count,
    nats: [sum(pairs.first), sum(pairs.second)],
    difference: sum(differences) / count,
    interval: blockBootstrap(differences, options, pairs.characters),
  };
}

interface Pairs {
  readonly first: Float64Array;
  readonly second: Float64Array;
  /** Characters of each piece; 1 for each token. */
  readonly characters?: Float64Array;
}

function tokenPairs(first: Float32Array, second: Float32Array): Pairs {
  return { first: Float64Array.from(first), second: Float64Array.from(second) };
}

function sameTokens({ vocabulary: a, type }: Tokenizer, { vocabulary: b, type: other }: Tokenizer): boolean {
  return type === other && a.size === b.size && a.tokens.every((token, id) => token === b.tokens[id]);
}

/** The pieces between consecutive positions where both end a token. */
function piecePairs(text: string, first: ScoredText, second: ScoredText): Pairs {
  const [a, b] = [steps(text, first), steps(text, second)];
  const found = { first: [] as number[], second: [] as number[], characters: [] as number[] };
  let from = -1;
  for (let i = 0, j = 0, natsA = 0, natsB = 0; i < a.length || j < b.length; ) {
    const end = Math.min(a[i]?.end ?? text.length, b[j]?.end ?? text.length);
    const [stepA, stepB] = [a[i]?.end === end, b[j]?.end === end];
    if (stepA) natsA += a[i++]!.nats;
    if (stepB) natsB += b[j++]!.nats;
    const last = i === a.length && j === b.length;
    if (!(stepA && stepB) && !last) continue;
    if (from >= 0) {
      found.first.push(natsA);
      found.second.push(natsB);
      found.characters.push(countCodePoints(text, from, end));
    }
    from = end;
    natsA = 0;
    natsB = 0;
  }
  return {
    first: Float64Array.from(found.first),
    second: Float64Array.from(found.second),
    characters: Float64Array.from(found.characters),
  };
}

/** Where tokens end, and their nats. The nats of tokens within a character are counted with the token that completes it. */
function steps(text: string, { tokenizer, tokens, losses }: ScoredText): { end: number; nats: number }[] {
  const { starts, ends } = locateTokens(tokenizer, tokens, text);
  const list: { end: number; nats: number }[] = [];
  let nats = 0;
  for (let i = 0; i < tokens.length; i++) {
    nats += i === 0 ? 0 : losses[i - 1]!;
    if (ends[i] === starts[i]) continue;
    list.push({ end: ends[i]!, nats });
    nats = 0;
  }
  return list;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
