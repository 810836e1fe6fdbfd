/** A mark of an axis. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/**
 * Round values within a range, about `count` of them: multiples of 1, 2 or 5 times a power of ten; on a logarithmic axis powers of ten, or
 * such multiples where the range has fewer than two powers.
 */
export function ticksOf([low, high]: readonly [number, number], count: number, isLogarithmic = false): Tick[] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [];
  if (low === high) return [{ at: low, label: labelOf(low) }];
  if (isLogarithmic) {
    const powers = powersOfTen(low, high);
    if (powers.length >= 2) return powers.map((at) => ({ at, label: labelOf(at) }));
  }
  const raw = (high - low) / count;
  const power = Number(`1e${Math.floor(Math.log10(raw))}`);
  const step = power * ([1, 2, 5].find((factor) => factor * power >= raw) ?? 10);
  // Quotients of decimal fractions are not exact.
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
    const at = Number(((first + i) * step).toPrecision(12));
    return { at, label: labelOf(at) };
  });
}

function powersOfTen(low: number, high: number): number[] {
  const first = Math.ceil(Math.log10(low));
  const last = Math.floor(Math.log10(high));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(`1e${first + i}`));
}

function labelOf(value: number): string {
  const size = Math.abs(value);
  if (value !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential().replace('e+', 'e');
  return size >= 10_000 ? `${value / 1000}k` : String(value);
}
