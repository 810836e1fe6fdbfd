/** A growing list of ids, in one array whose capacity doubles. */
export interface IdList {
  push(ids: ArrayLike<number>): void;
  /** A copy of the list. */
  ids(): Int32Array;
}

export function createIdList(expected: number): IdList {
  let array = new Int32Array(Math.max(16, Math.ceil(expected)));
  let length = 0;
  return {
    push(ids) {
      const needed = length + ids.length;
      if (needed > array.length) {
        const larger = new Int32Array(Math.max(needed, 2 * array.length));
        larger.set(array.subarray(0, length));
        array = larger;
      }
      for (let i = 0; i < ids.length; i++) array[length++] = ids[i]!;
    },
    ids: () => array.slice(0, length),
  };
}
