/** A token near to another one. */
export interface NearToken {
  readonly id: number;
  /** Cosine similarity, from -1 to 1. */
  readonly similarity: number;
}

/** Compares tokens by the directions of their vectors. The most similar token is first; of equally similar ones, the lowest id. */
export interface TokenVectors {
  /** The `count` tokens nearest to a token, without itself. */
  nearest(id: number, count: number): NearToken[];
  /**
   * The `count` tokens nearest to b - a + c, without a, b and c: "a is to b as c is to ..." (Mikolov et al. 2013, "Linguistic regularities
   * in continuous space word representations"). As in the paper, all vectors have length 1 here.
   */
  analogous(a: number, b: number, c: number, count: number): NearToken[];
}

/**
 * The cosine similarity of two vectors x and y is x·y / (|x| |y|); with a vector of zeros it is 0 here.
 *
 * @param values the rows of all tokens, [V * E]
 * @param size V
 */
export function tokenVectors(values: Float32Array, size: number): TokenVectors {
  const columns = values.length / size;
  const row = (id: number) => values.subarray(id * columns, (id + 1) * columns);
  const lengths = Float64Array.from({ length: size }, (_, id) => Math.sqrt(product(row(id), row(id))));
  /** The vector of a token, scaled to length 1. */
  const direction = (id: number) => Float64Array.from(row(id), (value) => quotient(value, lengths[id]!));

  function nearestTo(vector: Float64Array, excluded: readonly number[], count: number): NearToken[] {
    const length = Math.sqrt(product(vector, vector));
    const all: NearToken[] = [];
    for (let id = 0; id < size; id++) {
      if (!excluded.includes(id)) all.push({ id, similarity: quotient(product(vector, row(id)), length * lengths[id]!) });
    }
    return all.sort((x, y) => y.similarity - x.similarity || x.id - y.id).slice(0, count);
  }

  return {
    nearest: (id, count) => nearestTo(direction(id), [id], count),
    analogous(a, b, c, count) {
      const [from, to, start] = [direction(a), direction(b), direction(c)];
      return nearestTo(
        to.map((value, i) => value - from[i]! + start[i]!),
        [a, b, c],
        count,
      );
    },
  };
}

const quotient = (value: number, length: number) => (length === 0 ? 0 : value / length);

function product(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}
