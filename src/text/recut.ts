import { UserError } from '../foundation/errors.js';
import type { CutText } from './tokenizers/tokenizer.js';

/** Hands a text on in pieces of its own. */
export interface Recutter {
  push(text: string): void;
  /** The text has ended: what is left is handed on. Another text may follow. */
  end(): void;
}

/** UTF-16 units that are worth handing on. */
const WORTHWHILE = 1 << 16;
/** UTF-16 units without a place to cut: longer than any word. */
const LONGEST_UNCUT = 1 << 22;

/**
 * Takes a text in any pieces and hands it on in pieces that end where `cut` allows, so that using them one by one is using the
 * whole. It holds back no more than some millions of characters.
 *
 * @param worthwhile UTF-16 units that a piece has at least, but for the last.
 * @throws UserError 'data' from `push` when there is no place to cut for longer than that.
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
