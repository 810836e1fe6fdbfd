import type { WrittenToken } from '../../sample/text-writer.js';
import type { WrittenTokens } from './messages.js';

/** Collects tokens until their text is certain: a stop string may still cut it off. */
export interface TokenQueue {
  push(token: WrittenToken): void;
  /** So many characters of the text are certain. */
  release(characters: number): void;
  /** The tokens that were released since the last call. */
  take(): WrittenTokens | undefined;
  /** At the end of a text: what remains of it. Tokens whose text was cut off are not part of it. */
  end(): void;
}

export function createTokenQueue(): TokenQueue {
  let waiting: WrittenToken[] = [];
  let certain = 0;
  let ready: WrittenToken[] = [];

  function release(characters: number): void {
    certain += characters;
    let count = 0;
    for (; count < waiting.length && waiting[count]!.text.length <= certain; count++) certain -= waiting[count]!.text.length;
    ready.push(...waiting.splice(0, count));
  }

  return {
    push: (token) => void waiting.push(token),
    release,
    take() {
      if (ready.length === 0) return undefined;
      const tokens = {
        ids: ready.map(({ id }) => id),
        texts: ready.map(({ text }) => text),
        probabilities: ready.map(({ probability }) => probability),
        alternatives: ready.map(({ alternatives }) => alternatives),
      };
      ready = [];
      return tokens;
    },
    end() {
      const [next] = waiting;
      if (certain > 0) {
        // A rest that belongs to no token is a character that was incomplete at the end.
        const last = next ?? ready.pop()!;
        ready.push({ ...last, text: next ? next.text.slice(0, certain) : last.text + '\ufffd'.repeat(certain) });
      }
      waiting = [];
      certain = 0;
    },
  };
}
