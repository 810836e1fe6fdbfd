import { UserError } from '../foundation/errors.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { createAutomaton, DEAD } from './regular-expression/automaton.js';
import { createBudget } from './regular-expression/budget.js';
import type { TokenConstraint } from './text-writer.js';
import { createVocabularyWalk, type VocabularyWalk } from './vocabulary-walk.js';

/** The most tokens that are tried to find the states from which a match can be reached: half a second. */
const MOST_TRIED = 30_000_000;
/** The cost of storing a transition between states, in tried tokens. */
const EDGE = 10;

/** The most ids that are cached, over all states: about 40 MB. */
const MOST_REMEMBERED = 10_000_000;

/**
 * Constrains a text to a regular expression (see `parseRegularExpression`), as Willard and Louf do (2023, outlines): after each token,
 * exactly those tokens are allowed with which the text can still be completed to a match, with tokens of this vocabulary. A text may end
 * where it is a match: there the end token is allowed, if there is one; otherwise the text ends where no token can follow.
 *
 * The expression describes the text after the prompt. The space that a word vocabulary puts between the prompt and the first word is not
 * part of it.
 *
 * @param endToken as in the options of the text; it adds no text
 * @throws UserError usage for an invalid pattern, and for one that no text of this vocabulary matches except possibly the empty one
 */
export function regularExpressionConstraint(pattern: string, tokenizer: Tokenizer, endToken?: number): TokenConstraint {
  if (tokenizer.blanks === 'varied')
    throw new UserError(
      'usage',
      'regular expressions do not support this model, because its words can follow each other with or without blanks (tokenizer.punctuation, tokenizer.spaces, tokenizer.case)',
    );
  const automaton = createAutomaton(pattern);
  const tokens = tokenizer.tokenBytes().map((bytes, id) => (id === endToken ? new Uint8Array(0) : bytes));
  const spaced = tokenizer.blanks === 'single' ? 1 : 0;
  const lineEnd = spaced === 1 ? tokenizer.lineEndId : undefined;
  // Each state of the automaton has two of ours: the even one if the next word has no space before it, the odd one if it has.
  const followBy = (walk: VocabularyWalk) => (state: number, onToken: (id: number, to: number) => void) => {
    const plain = state >> 1;
    const from = (state & 1) === 0 ? plain : automaton.step(plain, 0x20);
    const after = (id: number, to: number) => onToken(id, 2 * to + (id === lineEnd ? 0 : spaced));
    if (from === plain) return walk(from, after);
    if (from !== DEAD) walk(from, (id, to) => id !== lineEnd && after(id, to));
    const ended = lineEnd === undefined || lineEnd === endToken ? DEAD : automaton.step(plain, 0x0a);
    if (ended !== DEAD) after(lineEnd!, ended);
  };
  const accepts = (state: number) => automaton.accepts(state >> 1);

  const walk = createVocabularyWalk(tokens, automaton);
  const follow = followBy(walk);
  // Where every byte is a token, the other tokens reach no further states, so they need not be tried in every state.
  const bytes = tokens.map((token) => (token.length === 1 ? token : new Uint8Array(0)));
  const everyByte = spaced === 0 && new Set(bytes.flatMap((token) => [...token])).size === 256;
  const probe = everyByte ? createVocabularyWalk(bytes, automaton) : walk;

  const start = 2 * automaton.start;
  const live = automaton.start === DEAD ? new Set<number>() : statesBeforeMatch(start, followBy(probe), probe.size, accepts);
  const remembered = new Map<number, { ids: Int32Array; targets: Int32Array }>();
  let size = 0;

  function followers(state: number) {
    const known = remembered.get(state);
    if (known) return known;
    const found: [id: number, to: number][] = [];
    follow(state, (id, to) => live.has(to) && found.push([id, to]));
    if (endToken !== undefined && accepts(state)) found.push([endToken, state]);
    found.sort(([a], [b]) => a - b);
    const entry = { ids: Int32Array.from(found, ([id]) => id), targets: Int32Array.from(found, ([, to]) => to) };
    size += found.length;
    if (size > MOST_REMEMBERED) {
      remembered.clear();
      size = found.length;
    }
    remembered.set(state, entry);
    return entry;
  }

  if (!live.has(start)) throw new UserError('usage', 'no text that this model can write matches the regular expression');
  if (followers(start).ids.every((id) => id === endToken))
    throw new UserError('usage', 'the only text of this model that matches the regular expression is the empty one');
  return {
    start,
    accepts,
    allowed: (state) => followers(state).ids,
    next(state, id) {
      const { ids, targets } = followers(state);
      return targets[ids.indexOf(id)]!;
    },
  };
}

/**
 * All states that can be reached from the start and from which a match can be reached.
 * @param tokens the tokens that are tried in a state
 * @throws UserError usage when there are too many states for the vocabulary
 */
function statesBeforeMatch(
  start: number,
  follow: (state: number, onToken: (id: number, to: number) => void) => void,
  tokens: number,
  accepts: (state: number) => boolean,
): Set<number> {
  /** For each reached state, its predecessors. */
  const before = new Map<number, number[]>([[start, []]]);
  const reached = [start];
  const budget = createBudget(MOST_TRIED, `to try ${tokens} tokens in each of its states takes`);
  /** For each target, the last state with a transition to it. */
  const sources = new Map<number, number>();
  for (const state of reached) {
    budget.spend(tokens);
    let latest = -1;
    follow(state, (_, to) => {
      if (to === latest || sources.get(to) === state) return;
      latest = to;
      sources.set(to, state);
      budget.spend(EDGE);
      const known = before.get(to);
      if (known) known.push(state);
      else {
        before.set(to, [state]);
        reached.push(to);
      }
    });
  }
  const live = new Set(reached.filter(accepts));
  for (const state of live) for (const source of before.get(state)!) live.add(source);
  return live;
}
