import type { CompletionChoice, TokenLogprobs } from './answer-schemas.js';

/** The longest time that a part of a text waits for further ones, in milliseconds: too short to notice. */
const PATIENCE = 15;

/**
 * Sends the parts of texts: the first at once, then several together, because an event for each token would take as long as computing it.
 */
export interface PartSender {
  add(part: CompletionChoice): void;
  /** Sends what waits. Must be called at the end, also after an error. */
  close(): void;
}

/** @param send sends parts of one text as one */
export function createPartSender(send: (choice: CompletionChoice) => void): PartSender {
  /** The waiting parts of each text. */
  const waiting = new Map<number, CompletionChoice[]>();
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    timer = undefined;
    if (waiting.size === 0) return;
    for (const [index, parts] of waiting) send(mergedParts(parts, index));
    waiting.clear();
    timer = setTimeout(flush, PATIENCE);
  }

  return {
    add(part) {
      const parts = waiting.get(part.index);
      if (parts) parts.push(part);
      else waiting.set(part.index, [part]);
      if (timer === undefined) flush();
    },
    close() {
      clearTimeout(timer);
      flush();
      clearTimeout(timer);
    },
  };
}

/** Parts of one text as one part. */
export function mergedParts(parts: readonly CompletionChoice[], index: number): CompletionChoice {
  const logs = parts.flatMap(({ logprobs }) => logprobs ?? []);
  const all = <K extends keyof TokenLogprobs>(key: K) => logs.flatMap((log) => log[key] as TokenLogprobs[K][number][]);
  return {
    index,
    text: parts.map(({ text }) => text).join(''),
    logprobs:
      logs.length === 0
        ? null
        : {
            tokens: all('tokens'),
            token_logprobs: all('token_logprobs'),
            top_logprobs: all('top_logprobs'),
            text_offset: all('text_offset'),
          },
    finish_reason: parts.at(-1)!.finish_reason,
  };
}
