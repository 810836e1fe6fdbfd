import { kernelsWasmBase64 } from './kernels.generated.js';

/**
 * Every kernel takes the byte address of its argument words; assembly/ says which. The order is free, and the host is free to
 * put them into the table in this one.
 */
export const kernelNames = ['addMatrix', 'copyMatrix', 'fill', 'matrixProduct', 'packPanels', 'transpose'] as const;

export type KernelName = (typeof kernelNames)[number];

/** What one thread's instance of the kernels exports. Addresses are in bytes; see assembly/scheduler.ts for the rest. */
export type Kernels = Readonly<Record<KernelName, (args: number) => void>> & {
  /** The table that instructions name kernels by. It grows; every thread must fill it in the same order. */
  readonly table: WebAssembly.Table;
  runSegment(start: number, end: number): void;
  runProgram(program: number, thread: number, threads: number): void;
  barrier(control: number, threads: number): void;
  waitWhileEqual(address: number, value: number, spins: number): number;
};

/** The compiled kernels; a module can be sent to a worker. */
export function compileKernels(): WebAssembly.Module {
  return new WebAssembly.Module(Buffer.from(kernelsWasmBase64, 'base64'));
}

/** This thread's instance of the kernels over `memory`, which must be shared and have a maximum of 65,536 pages. */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  const words = new Int32Array(memory.buffer);
  const sleep = (address: number, value: number) => {
    Atomics.wait(words, address >> 2, value);
  };
  return new WebAssembly.Instance(module, { env: { memory, sleep } }).exports as unknown as Kernels;
}
