/** A growing list of integers: a typed array with spare capacity. */
export interface IntegerList {
  readonly length: number;
  /** The value at an index below the length. */
  at(index: number): number;
  push(value: number): void;
  increment(index: number): void;
  /** A copy of the list. */
  toArray(): Int32Array;
}

export function createIntegerList(): IntegerList {
  let room = new Int32Array(1024);
  let length = 0;
  return {
    get length() {
      return length;
    },
    at: (index) => room[index]!,
    push(value) {
      if (length === room.length) {
        const larger = new Int32Array(2 * length);
        larger.set(room);
        room = larger;
      }
      room[length++] = value;
    },
    increment(index) {
      room[index]!++;
    },
    toArray: () => room.slice(0, length),
  };
}
