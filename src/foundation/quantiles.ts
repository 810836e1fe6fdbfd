/**
 * Quantiles of values by linear interpolation between the sorted ones (Hyndman and Fan 1996, definition 7). A quantile between a finite value
 * and Infinity is Infinity.
 *
 * @param values at least one; not changed
 * @param shares each from 0 (the smallest value) to 1 (the largest)
 */
export function quantilesOf(values: ArrayLike<number>, shares: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return shares.map((share) => {
    const place = share * (sorted.length - 1);
    const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
    return below === above ? below : below + (place - Math.floor(place)) * (above - below);
  });
}
