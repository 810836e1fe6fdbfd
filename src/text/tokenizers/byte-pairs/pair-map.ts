/** A map from pairs of token ids to numbers. */
export interface PairMap {
  /** The number of a pair, or -1. */
  get(left: number, right: number): number;
  /** @param value an integer from 0 to 2^31 - 1. */
  set(left: number, right: number, value: number): void;
}

/** Each entry is left, right, value. An empty entry has the value -1. */
const WIDTH = 3;

/**
 * A hash table in one Int32Array, with open addressing and linear probing. A Map would need the pair as one key, a string or a number too
 * large for V8's small integers; both are several times slower.
 */
export function createPairMap(): PairMap {
  let places = 1024;
  let table = emptyTable(places);
  let used = 0;

  /** The index of the pair, or of the empty entry where it belongs. */
  function find(left: number, right: number): number {
    // Knuth's multiplicative hashing, with a constant for each half; the high bits are well mixed.
    const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    let place = (hash ^ (hash >>> 15)) & (places - 1);
    for (;;) {
      const at = WIDTH * place;
      if (table[at + 2]! < 0 || (table[at] === left && table[at + 1] === right)) return at;
      place = (place + 1) & (places - 1);
    }
  }

  function grow(): void {
    const old = table;
    places *= 2;
    table = emptyTable(places);
    for (let from = 0; from < old.length; from += WIDTH) {
      if (old[from + 2]! >= 0) table.set(old.subarray(from, from + WIDTH), find(old[from]!, old[from + 1]!));
    }
  }

  return {
    get: (left, right) => table[find(left, right) + 2]!,
    set(left, right, value) {
      let at = find(left, right);
      if (table[at + 2]! < 0 && 2 * ++used > places) {
        grow();
        at = find(left, right);
      }
      table[at] = left;
      table[at + 1] = right;
      table[at + 2] = value;
    },
  };
}

const emptyTable = (places: number) => new Int32Array(WIDTH * places).fill(-1);
