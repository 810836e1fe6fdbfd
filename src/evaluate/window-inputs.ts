import type { Program } from '../engine/engine.js';
import type { TokenSource } from '../text/batches.js';

/**
 * Returns a function that writes windows of a single-stream text to a program's inputs: `tokens`, `targets`, and, if the program has it,
 * `keep` (0 at the end of a document that resets the state, else 1).
 *
 * @param T predictions of a window
 * @returns a function that writes the window of the predictions from `start` on, and returns their number: T, or fewer at the end of the
 *   text. Inputs after them are not changed
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
