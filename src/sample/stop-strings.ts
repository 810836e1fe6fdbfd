/** Cuts a stream of text where one of several strings begins, wherever the pieces' borders fall. */
export interface StopFilter {
  /** Takes a piece and returns the text that surely stands before any stop string. */
  push(piece: string): string;
  /** Whether a stop string has come; what follows it is gone. */
  readonly stopped: boolean;
  /** When the stream ends: what was held back, since it might have become a stop string. */
  end(): string;
}

export function createStopFilter(stops: readonly string[]): StopFilter {
  let held = '';
  let stopped = false;
  return {
    push(piece) {
      if (stopped) return '';
      const text = held + piece;
      const found = earliest(text, stops);
      stopped = found >= 0;
      const end = stopped ? found : text.length - longestBeginning(text, stops);
      held = stopped ? '' : text.slice(end);
      return text.slice(0, end);
    },
    get stopped() {
      return stopped;
    },
    end() {
      const rest = held;
      held = '';
      return rest;
    },
  };
}

/** Where the first stop string in the text begins, or -1. */
function earliest(text: string, stops: readonly string[]): number {
  let first = -1;
  for (const stop of stops) {
    const place = text.indexOf(stop);
    if (place >= 0 && (first < 0 || place < first)) first = place;
  }
  return first;
}

/** Length of the longest end of the text that a stop string begins with. */
function longestBeginning(text: string, stops: readonly string[]): number {
  let longest = 0;
  for (const stop of stops) {
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
      if (text.endsWith(stop.slice(0, length))) longest = length;
    }
  }
  return longest;
}
