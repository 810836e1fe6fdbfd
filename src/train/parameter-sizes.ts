import { entryView, type ParameterEntry } from '../model/parameter-table.js';

/** The L2 norm of the values of a parameter in an arena, summed in float64. */
export function parameterNorm(arena: Float32Array, entry: ParameterEntry): number {
  const values = entryView(arena, entry);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return Math.sqrt(sum);
}

/** |change| / |weights before it| of a parameter, both Frobenius norms; 0 where all weights were zero. */
export function relativeChange(before: Float32Array, after: Float32Array, entry: ParameterEntry): number {
  const [old, now] = [entryView(before, entry), entryView(after, entry)];
  let change = 0;
  let size = 0;
  for (let i = 0; i < old.length; i++) {
    const difference = now[i]! - old[i]!;
    change += difference * difference;
    size += old[i]! * old[i]!;
  }
  return size === 0 ? 0 : Math.sqrt(change / size);
}
