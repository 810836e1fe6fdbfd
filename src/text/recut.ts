import { UserError } from '../foundation/errors.js';
import type { CutText } from './tokenizers/tokenizer.js';

/** Passes a text on in pieces that it chooses. */
export interface Recutter {
  push(text: string): void;
  /** Must be called at the end of the text: the rest is passed on. Another text may follow. */
  end(): void;
}

/** The default minimum length of a piece, in UTF-16 units. */
const WORTHWHILE = 1 << 16;
/** The longest text without a position to cut, in UTF-16 units: longer than any word. */
const LONGEST_UNCUT = 1 << 22;

/**
 * Takes a text in any pieces and passes it on in pieces that end where `cut` allows, so that processing the pieces is equivalent to
 * processing the whole text. It buffers at most some millions of characters.
 *
 * @param worthwhile the minimum length of a piece except the last, in UTF-16 units
 * @throws UserError 'data' from `push` when a longer text has no position to cut
 */
export function createRecutter(cut: CutText, use: (text: string) => void, worthwhile: number = WORTHWHILE): Recutter {
  let pending = '';
  return {
    push(text) {
      pending += text;
      if (pending.length < worthwhile) return;
      const at = cut(pending);
      if (at > 0) use(pending.slice(0, at));
      pending = pending.slice(at);
      if (pending.length <= LONGEST_UNCUT) return;
      const remedy = 'Is this text? If it is, set tokenizer.type to character or byte.';
      throw new UserError('data', `a word has more than ${LONGEST_UNCUT} characters. ${remedy}`);
    },
    end() {
      if (pending !== '') use(pending);
      pending = '';
    },
  };
}
