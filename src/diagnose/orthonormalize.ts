/** The relative error of a number in float32, which the vectors come from: shorter remainders are rounding. */
const ROUNDING = 1.1920929e-7;

/**
 * Makes vectors orthonormal in place by the modified Gram-Schmidt process, done twice (Giraud, Langou, Rozložník and van den Eshof 2005,
 * "Rounding error analysis of the classical Gram-Schmidt orthogonalization process"). A vector of zeros stays one.
 *
 * @param vectors K vectors, computed in float32
 * @returns the diagonal of R of the QR decomposition, K lengths. Where the remainder of a vector is shorter than the rounding of the vector,
 *   the rounding
 */
export function orthonormalize(vectors: readonly Float64Array[]): Float64Array {
  const lengths = new Float64Array(vectors.length);
  for (const [i, vector] of vectors.entries()) {
    const before = lengthOf(vector);
    for (let pass = 0; pass < 2; pass++) for (let j = 0; j < i; j++) removePart(vector, vectors[j]!);
    const length = lengthOf(vector);
    lengths[i] = Math.max(length, before * ROUNDING);
    if (length > 0) for (let k = 0; k < vector.length; k++) vector[k]! /= length;
  }
  return lengths;
}

/** Subtracts the part of a vector in the direction of a vector of length 1. */
function removePart(vector: Float64Array, direction: Float64Array): void {
  const part = dot(vector, direction);
  for (let k = 0; k < vector.length; k++) vector[k]! -= part * direction[k]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

function lengthOf(vector: Float64Array): number {
  return Math.sqrt(dot(vector, vector));
}
