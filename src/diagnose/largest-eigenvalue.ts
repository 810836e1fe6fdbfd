import { createRandom } from '../foundation/random.js';

/** An approximation of the largest eigenvalue of a symmetric matrix, from below. */
export interface LargestEigenvalue {
  readonly value: number;
  /** Products with the matrix. */
  readonly products: number;
  /** Whether the last three products changed the value by less than 1%. */
  readonly converged: boolean;
}

interface LanczosOptions {
  /** Of a vector. */
  readonly length: number;
  /** Writes the product of the matrix with a vector of length 1; the vector must not be changed. */
  multiply(vector: Float64Array, product: Float64Array): void | Promise<void>;
  /** The most products. */
  readonly most: number;
  /** Decides the first vector. */
  readonly seed: number;
}

const TOLERANCE = 0.01;
const LAST = 3;
const LANCZOS_STREAM = 7;

/**
 * The largest (not the largest absolute) eigenvalue by the method of Lanczos (1950): after k products it is that of a tridiagonal matrix of
 * k rows, which grows with k. The vectors are not made orthogonal to all earlier ones: rounding then repeats eigenvalues (Paige 1980),
 * which does not change the largest, and three vectors are enough.
 */
export async function largestEigenvalue({ length, multiply, most, seed }: LanczosOptions): Promise<LargestEigenvalue> {
  const random = createRandom(seed, LANCZOS_STREAM);
  let vector = Float64Array.from({ length }, () => random.normal());
  let before = new Float64Array(length);
  let product = new Float64Array(length);
  scale(vector, 1 / norm(vector));
  const diagonal: number[] = [];
  const beside: number[] = [];
  const values: number[] = [];
  for (;;) {
    await multiply(vector, product);
    const alpha = dot(vector, product);
    const last = beside.at(-1) ?? 0;
    for (let i = 0; i < length; i++) product[i]! -= alpha * vector[i]! + last * before[i]!;
    diagonal.push(alpha);
    const value = largestOfTridiagonal(diagonal, beside);
    values.push(value);
    const beta = norm(product);
    const earlier = values.at(-1 - LAST);
    const converged = earlier !== undefined && Math.abs(value - earlier) <= TOLERANCE * Math.abs(value);
    // The vectors span a space that the matrix does not leave: its eigenvalues are exact.
    const isComplete = beta <= 1e-12 * Math.max(...diagonal.map(Math.abs), ...beside) || diagonal.length === length;
    if (converged || isComplete || diagonal.length === most)
      return { value, products: diagonal.length, converged: converged || isComplete };
    beside.push(beta);
    [before, vector, product] = [vector, product, before];
    scale(vector, 1 / beta);
  }
}

/**
 * The largest eigenvalue of a symmetric tridiagonal matrix, by bisection: the number of eigenvalues below x is that of negative pivots of
 * T - x (Sturm's sequence).
 *
 * @param beside the elements beside the diagonal, one fewer
 */
export function largestOfTridiagonal(diagonal: readonly number[], beside: readonly number[]): number {
  const radii = diagonal.map((_, i) => Math.abs(beside[i - 1] ?? 0) + Math.abs(beside[i] ?? 0));
  let low = Math.max(...diagonal);
  let high = Math.max(...diagonal.map((value, i) => value + radii[i]!));
  const areAllBelow = (x: number) => {
    let pivot = diagonal[0]! - x;
    for (let i = 1; i < diagonal.length && pivot < 0; i++) {
      const element = i - 1 < beside.length ? beside[i - 1]! : 0;
      pivot = diagonal[i]! - x - (element * element) / pivot;
    }
    return pivot < 0;
  };
  for (let i = 0; i < 100 && high - low > 1e-14 * Math.max(Math.abs(low), Math.abs(high)); i++) {
    const middle = (low + high) / 2;
    if (areAllBelow(middle)) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

const norm = (vector: Float64Array) => Math.sqrt(dot(vector, vector));

function scale(vector: Float64Array, factor: number): void {
  for (let i = 0; i < vector.length; i++) vector[i]! *= factor;
}
