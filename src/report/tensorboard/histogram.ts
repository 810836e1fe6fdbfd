/** A bucket of a histogram: the number of values from `left` up to, but not including, `right`; the last one includes it. */
interface Bucket {
  readonly left: number;
  readonly right: number;
  readonly count: number;
}

export type Buckets = readonly Bucket[];

interface Histogram {
  /** Buckets of equal width from the smallest to the largest finite value; none without finite values. */
  readonly buckets: Buckets;
  /** The number of values that are infinite or not a number: no bucket has a place for them. */
  readonly notFinite: number;
}

/** The number of buckets that TensorBoard's own writers choose. */
const BUCKETS = 30;

/** Counts values in buckets. If all are equal there is one bucket of no width, as TensorBoard's format defines it. */
export function histogramOf(values: Float32Array): Histogram {
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  let finite = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    finite++;
    smallest = Math.min(smallest, value);
    largest = Math.max(largest, value);
  }
  const notFinite = values.length - finite;
  if (finite === 0) return { buckets: [], notFinite };
  if (smallest === largest) return { buckets: [{ left: smallest, right: largest, count: finite }], notFinite };
  const width = (largest - smallest) / BUCKETS;
  const edges = Float64Array.from({ length: BUCKETS + 1 }, (_, i) => smallest + i * width);
  // Sums are rounded, and -0 + 0 is 0.
  edges[0] = smallest;
  edges[BUCKETS] = largest;
  const counts = new Float64Array(BUCKETS);
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    let i = Math.min(BUCKETS - 1, Math.floor((value - smallest) / width));
    // The division is rounded: a value beside an edge can come out one bucket too low or too high.
    if (value < edges[i]!) i--;
    else if (i < BUCKETS - 1 && value >= edges[i + 1]!) i++;
    counts[i]!++;
  }
  const buckets = Array.from(counts, (count, i) => ({ left: edges[i]!, right: edges[i + 1]!, count }));
  return { buckets, notFinite };
}

/** The tensor of a histogram, [buckets, 3]: left edge, right edge and count of each bucket, as float64 in little-endian order. */
export function bucketTensor(buckets: Buckets): Uint8Array {
  const bytes = new Uint8Array(buckets.length * 24);
  const view = new DataView(bytes.buffer);
  for (const [i, { left, right, count }] of buckets.entries())
    for (const [column, number] of [left, right, count].entries()) view.setFloat64(24 * i + 8 * column, number, true);
  return bytes;
}
