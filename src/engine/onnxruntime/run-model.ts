import type { Tensor } from 'onnxruntime-node';
import { checkNumber, threadRange } from '../../foundation/arguments.js';
import { UserError } from '../../foundation/errors.js';
import { loadOnnxRuntime } from './load-onnxruntime.js';

/** An input or output of a model: its elements, row after row. */
export interface ModelValue {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

export type ModelValues = Readonly<Record<string, ModelValue>>;

/** An opened .onnx file, for values of any shape that it accepts. */
export interface RunnableModel {
  /** Computes all outputs for these inputs. */
  run(inputs: ModelValues): Promise<Record<string, ModelValue>>;
  close(): Promise<void>;
}

export interface RunOptions {
  /** Threads within an operator. Default 1. */
  readonly threads?: number;
}

/**
 * Opens a whole model in onnxruntime, on the CPU.
 * @param model the bytes of an .onnx file
 * @throws UserError `usage` when the package is missing; onnxruntime's error when it cannot run the model
 */
export async function openRunnableModel(model: Uint8Array, { threads = 1 }: RunOptions = {}): Promise<RunnableModel> {
  checkNumber('threads', threads, threadRange);
  const ort = await loadOnnxRuntime();
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const tensor = ({ data, shape }: ModelValue): Tensor =>
    data instanceof Float32Array ? new ort.Tensor('float32', data, shape) : new ort.Tensor('int64', data, shape);
  let closing: Promise<void> | undefined;
  return {
    async run(inputs) {
      if (closing) throw new UserError('usage', 'the exported model is closed: open it again');
      const feeds = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, tensor(value)]));
      const results = await session.run(feeds);
      return Object.fromEntries(
        Object.entries(results).map(([name, { data, dims }]) => [name, { data: data as Float32Array, shape: dims }]),
      );
    },
    close() {
      closing ??= session.release();
      return closing;
    },
  };
}
