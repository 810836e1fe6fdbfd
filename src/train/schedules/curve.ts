/** cos(pi x) for x in [0, 1], computed with sums and products alone: the last bits of Math.cos may differ between versions of V8. */
function cosineOfHalfTurns(x: number): number {
  if (x > 0.5) return -cosineOfHalfTurns(1 - x);
  const square = Math.PI * x * (Math.PI * x);
  let term = 1;
  let sum = 1;
  for (let n = 1; n <= 12; n++) {
    term *= -square / (2 * n * (2 * n - 1));
    sum += term;
  }
  return sum;
}

/** Interpolates from `start` at x = 0 to `end` at x = 1 along half a cosine: end + (start - end) (1 + cos(pi x)) / 2. */
export function alongCosine(start: number, end: number, x: number): number {
  return end + ((start - end) * (1 + cosineOfHalfTurns(x))) / 2;
}

/** Interpolates linearly from `start` at x = 0 to `end` at x = 1. */
export function alongLine(start: number, end: number, x: number): number {
  return end + (start - end) * (1 - x);
}
