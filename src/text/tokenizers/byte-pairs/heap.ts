/** A priority queue. The order of items with equal priority depends only on the pushed items. */
export interface Heap<T> {
  push(item: T): void;
  /** Removes and returns the first item; undefined when there is none. */
  pop(): T | undefined;
}

/**
 * A binary heap: pushing and popping take O(log n).
 *
 * @param before whether `a` comes before `b`
 */
export function createHeap<T>(before: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = [];

  function siftUp(item: T): void {
    let i = items.length;
    items.push(item);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(item, items[parent]!)) break;
      items[i] = items[parent]!;
      i = parent;
    }
    items[i] = item;
  }

  function siftDown(item: T): void {
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1]!, items[child]!)) child++;
      if (!before(items[child]!, item)) break;
      items[i] = items[child]!;
      i = child;
    }
    items[i] = item;
  }

  return {
    push: siftUp,
    pop() {
      const first = items[0];
      const last = items.pop();
      if (items.length > 0) siftDown(last as T);
      return first;
    },
  };
}
