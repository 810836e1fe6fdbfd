// The part of the WebAssembly JavaScript interface that the engine uses. TypeScript declares it only together with the whole browser
// interface (lib "DOM"), and Node's types lack it.

declare namespace WebAssembly {
  interface MemoryDescriptor {
    initial: number;
    maximum?: number;
    shared?: boolean;
  }

  interface Memory {
    readonly buffer: ArrayBuffer | SharedArrayBuffer;
    grow(pages: number): number;
  }
  var Memory: { prototype: Memory; new (descriptor: MemoryDescriptor): Memory };

  interface Table {
    readonly length: number;
    get(index: number): unknown;
    set(index: number, value?: unknown): void;
    grow(count: number, value?: unknown): number;
  }
  var Table: { prototype: Table };

  type Module = object;
  var Module: { prototype: Module; new (bytes: Uint8Array | ArrayBuffer): Module };

  type ExportValue = ((...args: number[]) => number) | Memory | Table;

  interface Instance {
    readonly exports: Record<string, ExportValue>;
  }
  var Instance: { prototype: Instance; new (module: Module, imports?: Record<string, Record<string, unknown>>): Instance };

  function compile(bytes: Uint8Array | ArrayBuffer): Promise<Module>;
  function instantiate(module: Module, imports?: Record<string, Record<string, unknown>>): Promise<Instance>;
  function validate(bytes: Uint8Array | ArrayBuffer): boolean;
}
