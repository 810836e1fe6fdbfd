import { createRandom } from '../foundation/random.js';

/** The places of vectors in the plane of their two principal components. */
export interface PrincipalPlane {
  /** For each vector its coordinates along the first and the second component. */
  readonly places: readonly (readonly [x: number, y: number])[];
  /** Shares of both components in the variance. */
  readonly shares: readonly [number, number];
}

const ROUNDS = 300;

/**
 * The two principal components of vectors: eigenvectors of the matrix of their inner products after the mean is subtracted, which has as many
 * rows as there are vectors. They are found by power iteration, the second one in what the first leaves. The sign of a component makes the
 * coordinate with the largest size positive.
 */
export function principalPlane(vectors: readonly Float32Array[]): PrincipalPlane {
  const count = vectors.length;
  const columns = vectors[0]?.length ?? 0;
  const mean = Float64Array.from({ length: columns }, (_, c) => vectors.reduce((sum, vector) => sum + vector[c]!, 0) / count);
  const centred = vectors.map((vector) => Float64Array.from(vector, (value, c) => value - mean[c]!));
  const products = centred.map((a) => Float64Array.from(centred, (b) => innerProduct(a, b)));
  const variance = products.reduce((sum, row, i) => sum + row[i]!, 0);
  const found = [0, 1].map((stream) => {
    const { vector, value } = largestEigenvector(products, stream);
    for (const [i, row] of products.entries()) for (let j = 0; j < count; j++) row[j]! -= value * vector[i]! * vector[j]!;
    const scale = Math.sqrt(Math.max(0, value));
    return { coordinates: vector.map((part) => part * scale), share: variance > 0 ? Math.max(0, value) / variance : 0 };
  });
  const [first, second] = found as [(typeof found)[0], (typeof found)[0]];
  return {
    places: vectors.map((_, i) => [first.coordinates[i]!, second.coordinates[i]!]),
    shares: [first.share, second.share],
  };
}

function largestEigenvector(matrix: readonly Float64Array[], stream: number): { vector: Float64Array; value: number } {
  const random = createRandom(1 + stream);
  let vector = normalized(Float64Array.from(matrix, () => random.integer(2001) - 1000));
  for (let round = 0; round < ROUNDS; round++) vector = normalized(timesVector(matrix, vector));
  const value = innerProduct(vector, timesVector(matrix, vector));
  const largest = vector.reduce((most, part) => (Math.abs(part) > Math.abs(most) ? part : most), 0);
  return { vector: largest < 0 ? vector.map((part) => -part) : vector, value };
}

const timesVector = (matrix: readonly Float64Array[], vector: Float64Array) =>
  Float64Array.from(matrix, (row) => innerProduct(row, vector));

function normalized(vector: Float64Array): Float64Array {
  const length = Math.sqrt(innerProduct(vector, vector));
  return length > 0 ? vector.map((part) => part / length) : vector;
}

function innerProduct(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}
