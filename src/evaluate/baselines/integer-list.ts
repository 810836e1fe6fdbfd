/** Integers that become more: a typed array with room to grow. */
export interface IntegerList {
  readonly length: number;
  push(value: number): void;
  increment(index: number): void;
  /** What is in the list now, as an array of its own. */
  toArray(): Int32Array;
}

export function createIntegerList(): IntegerList {
  let room = new Int32Array(1024);
  let length = 0;
  return {
    get length() {
      return length;
    },
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
