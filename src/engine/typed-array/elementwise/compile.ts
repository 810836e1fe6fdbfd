import type { ElementwiseKernel } from './elementwise-kernel.js';
import { emitLoop } from './emit-loop.js';
import { encodeModule } from './wasm-encoder.js';

/**
 * Compiles elementwise kernels into one WebAssembly module. It imports the memory as `env.memory` and exports a function
 * `(args: i32) => void` for each kernel, named "0", "1", ... in the order given.
 *
 * `args` is the address of Int32 words in that memory: rows, columns, then pointer (bytes) and row stride (float32 elements)
 * for each input, then the same for each output. Operands that lie without gaps are faster as one row of rows * columns.
 * Nothing is written outside the rows of the outputs. An output may lie exactly over a matrix input; otherwise outputs must
 * overlap neither inputs nor each other. The bits of an element depend on its inputs alone, not on where it lies.
 *
 * @param memory the kind of memory: a WebAssembly.Memory created with `maximum: maximumPages`, shared or not
 */
export function compileElementwise(
  kernels: readonly ElementwiseKernel[],
  memory: { shared: boolean; maximumPages: number },
): Uint8Array<ArrayBuffer> {
  return encodeModule(
    kernels.map((kernel, index) => emitLoop(String(index), kernel)),
    memory,
  );
}
