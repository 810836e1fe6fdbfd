import { observeText, type TextObservation } from '../../src/diagnose/observe.js';

/** All values of a tap by position in the text, in memory: what streaming statistics are compared with. */
export async function collectValues(observation: TextObservation, taps: readonly string[]): Promise<Map<string, number[][]>> {
  const found = new Map(taps.map((tap) => [tap, [] as number[][]]));
  await observeText(observation, [
    {
      taps,
      add({ rows, positions, values }) {
        for (const tap of taps) {
          const from = values(tap);
          const columns = from.length / rows;
          for (const [row, position] of positions.entries())
            if (position >= 0) found.get(tap)![position] = [...from.subarray(row * columns, (row + 1) * columns)];
        }
      },
    },
  ]);
  return found;
}
