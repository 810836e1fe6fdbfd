import { nearWords } from '../../config/nearest.js';
import { UserError } from '../../foundation/errors.js';
import { quoteToken } from '../../text/code-points.js';
import { tokenizerDeclaration } from '../../text/tokenizers/index.js';
import { isOfBytes, type Tokenizer } from '../../text/tokenizers/tokenizer.js';
import { tokenMatcher } from '../../text/word-vectors/token-forms.js';

/** The most similar tokens, and the most parts of a word, that a message lists. */
const MOST_LISTED = 4;

/** Returns a function that finds the token of a typed word. @throws UserError data naming similar tokens when there is none */
export function tokenFinder(tokenizer: Tokenizer): (word: string) => number {
  const match = tokenMatcher(tokenizer);
  const find = (word: string) => match(word).toSorted((x, y) => x.rank - y.rank)[0]?.id;
  return (word) => {
    const id = spelledOut(tokenizer, word) ?? find(word) ?? find(tokenizer.normalize?.(word) ?? word);
    if (id === undefined) throw unknownToken(tokenizer, word);
    return id;
  };
}

/** A token as people read it. The name of a token of bytes is readable only for ASCII, so its text is used if it is valid UTF-8. */
export function tokenName(tokenizer: Tokenizer, id: number): string {
  const name = tokenizer.vocabulary.tokenOf(id);
  if (!isOfBytes(tokenizer)) return name;
  const text = tokenizer.decode([id]);
  return text.includes('\ufffd') ? name : text;
}

/** In vocabularies of byte pairs most words begin with a space. */
function spelledOut(tokenizer: Tokenizer, word: string): number | undefined {
  if (!isOfBytes(tokenizer)) return undefined;
  const [only] = [word, ` ${word}`].map((text) => tokenizer.encode(text)).filter(({ length }) => length === 1);
  return only?.[0];
}

function unknownToken(tokenizer: Tokenizer, word: string): UserError {
  const { unit } = tokenizerDeclaration(tokenizer.type);
  const what = `the model has no token ${quoteToken(word)}`;
  const names = tokenizer.vocabulary.tokens.map((_, id) => tokenName(tokenizer, id));
  const near = nearWords(word, names, MOST_LISTED).map(quoteToken);
  if (near.length > 0) return new UserError('data', `${what} (did you mean ${near.join(' or ')}?)`);
  const parts = isOfBytes(tokenizer) ? [...tokenizer.encode(word)].map((id) => quoteToken(tokenName(tokenizer, id))) : [];
  const shown = [...parts.slice(0, MOST_LISTED), ...(parts.length > MOST_LISTED ? ['…'] : [])];
  const list = shown.length === 0 ? '' : `, and this text is ${parts.length} of them, ${shown.join(' ')}`;
  return new UserError('data', `${what}: its tokens are ${unit}s${list}; textloom inspect MODEL --vocabulary lists them`);
}
