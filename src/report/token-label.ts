import type { Tokenizer } from '../text/tokenizers/tokenizer.js';

const LONGEST = 16;

/** A token for a picture: short, with blanks and line ends visible. A token that is a part of a character has its name in the vocabulary. */
export function tokenLabel(tokenizer: Tokenizer, id: number): string {
  const decoded = tokenizer.decode([id]);
  const text = decoded === '' || decoded.includes('\ufffd') ? tokenizer.vocabulary.tokenOf(id) : decoded;
  const shown = text.replaceAll('\n', '↵').replaceAll('\r', '␍').replaceAll('\t', '⇥').replaceAll(' ', '␣');
  const characters = [...shown];
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST).join('')}…` : shown;
}
