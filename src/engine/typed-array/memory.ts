/** 64 KiB, WebAssembly's unit of memory. */
export const PAGE = 65536;
/** 4 GiB, all that 32-bit addresses reach. It is address space that is reserved, not memory. */
export const MAXIMUM_PAGES = 65536;

/**
 * `shared` is memory that several threads compute in. `private` memory serves one thread, and code outside of WebAssembly that takes no
 * SharedArrayBuffer; it has its full size from the start, for growing would detach every array that lies in it.
 */
export type MemoryKind = 'shared' | 'private';

/** What so many threads need. A web page has a SharedArrayBuffer only when it is cross-origin isolated. */
export function usualMemory(threads: number): MemoryKind {
  return threads > 1 || typeof SharedArrayBuffer === 'function' ? 'shared' : 'private';
}

export function createMemory(kind: MemoryKind): WebAssembly.Memory {
  if (kind === 'shared') return new WebAssembly.Memory({ initial: 16, maximum: MAXIMUM_PAGES, shared: true });
  // A system that promises no more than it has may refuse the whole.
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
 * The same module for private memory. Whether memory is shared is a part of its type, which must be the same in a module as in
 * what it is given; no instruction is different for it.
 * @param module one that imports functions and one shared memory
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
