/** 64 KiB, WebAssembly's unit of memory. */
export const PAGE = 65536;
/** 4 GiB, the range of 32-bit addresses. This reserves address space, not memory. */
export const MAXIMUM_PAGES = 65536;

/**
 * `shared` memory is used by several threads. `private` memory serves one thread, and external code that accepts no SharedArrayBuffer. It
 * has its full size from the start, because growing would detach every array in it.
 */
export type MemoryKind = 'shared' | 'private';

/** The kind of memory that a number of threads needs. A web page has a SharedArrayBuffer only when it is cross-origin isolated. */
export function usualMemory(threads: number): MemoryKind {
  return threads > 1 || typeof SharedArrayBuffer === 'function' ? 'shared' : 'private';
}

/** Creates a memory of this kind. @throws RangeError when the system refuses even 64 MiB of private memory */
export function createMemory(kind: MemoryKind): WebAssembly.Memory {
  if (kind === 'shared') return new WebAssembly.Memory({ initial: 16, maximum: MAXIMUM_PAGES, shared: true });
  // A system that does not overcommit memory may refuse the full size.
  for (let initial = MAXIMUM_PAGES; ; initial /= 2) {
    try {
      return new WebAssembly.Memory({ initial, maximum: MAXIMUM_PAGES });
    } catch (error) {
      if (initial <= 1024) throw error;
    }
  }
}

const HEADER = 8;
const IMPORT_SECTION = 2;
const ImportKind = { function: 0, memory: 2 } as const;
/** Bit of a memory's limits that says that it is shared (threads proposal). */
const SHARED = 2;

/**
 * The same module for private memory. Whether memory is shared is a part of its type, which must be equal in the module and in the memory
 * that it imports; the instructions are the same.
 * @param module a module that imports functions and one shared memory
 */
export function forPrivateMemory(module: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(module);
  let position = HEADER;
  const number = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[position++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  const passName = () => {
    const length = number();
    position += length;
  };
  while (position < bytes.length) {
    const section = bytes[position++];
    const size = number();
    if (section !== IMPORT_SECTION) {
      position += size;
      continue;
    }
    for (let imports = number(); imports > 0; imports--) {
      passName();
      passName();
      const kind = bytes[position++];
      if (kind === ImportKind.memory) {
        bytes[position]! &= ~SHARED;
        return bytes;
      }
      if (kind !== ImportKind.function) break;
      number();
    }
    break;
  }
  throw new Error('the module imports no memory');
}
