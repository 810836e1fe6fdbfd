/** Cuts a stream of text where the first of several strings begins, independent of the borders of pieces. */
export interface StopFilter {
  /** Takes a piece and returns the text that is certainly before any stop string. */
  push(piece: string): string;
  /** Whether a stop string has occurred; the text from there on is discarded. */
  readonly stopped: boolean;
  /** At the end of the stream: the text that was held back because it could have become a stop string. */
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

/** The index of the first stop string in the text, or -1. */
function earliest(text: string, stops: readonly string[]): number {
  let first = -1;
  for (const stop of stops) {
    const place = text.indexOf(stop);
    if (place >= 0 && (first < 0 || place < first)) first = place;
  }
  return first;
}

/** Length of the longest suffix of the text that is a prefix of a stop string. */
function longestBeginning(text: string, stops: readonly string[]): number {
  let longest = 0;
  for (const stop of stops) {
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
      if (text.endsWith(stop.slice(0, length))) longest = length;
    }
  }
  return longest;
}
