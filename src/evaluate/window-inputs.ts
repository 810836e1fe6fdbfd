import type { Program } from '../engine/engine.js';
import type { TokenSource } from '../text/batches.js';

/**
 * Writes windows of a text that is one stream into the inputs of a program made for them: `tokens`, `targets`, and `keep` where it has
 * it (0 at the end of a document at which the state is reset, else 1).
 *
 * @param T predictions of a window.
 * @returns a function that writes the window of the predictions from `start` on, and returns how many those are: T, or what is left.
 *   What lies behind them is whatever it was.
 */
export function windowInputs({ inputs }: Program, T: number): (source: TokenSource, start: number) => number {
  const tokens = inputs.tokens![0]!;
  const targets = inputs.targets![0]!;
  const keep = inputs.keep?.[0];
  const chunk = new Int32Array(T + 1);
  const ends = new Uint8Array(T);
  return (source, start) => {
    const count = Math.min(T, source.length - 1 - start);
    source.read(start, chunk, count + 1);
    for (let t = 0; t < count; t++) {
      tokens[t] = chunk[t]!;
      targets[t] = chunk[t + 1]!;
    }
    if (keep) {
      source.readDocumentEnds?.(start, ends, count);
      for (let t = 0; t < count; t++) keep[t] = 1 - ends[t]!;
    }
    return count;
  };
}
