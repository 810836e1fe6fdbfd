import { UserError } from '../../foundation/errors.js';

/** The error for a text that a generator cannot produce: the character at `position` has probability zero. */
export function outsideSource(text: string, position: number): UserError {
  const line = text.slice(0, position).split('\n').length;
  const before = JSON.stringify(text.slice(Math.max(0, position - 30), position));
  const found = JSON.stringify(text.charAt(position));
  return new UserError(
    'data',
    `line ${line}, character ${position + 1}: the generator never writes ${found} after ${before}, so the text's entropy is not ` +
      'known. Use the text as it was generated, from the beginning of a document, or remove corpus.generator.',
  );
}
