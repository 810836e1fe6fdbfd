import type { Tensor } from 'onnxruntime-node';
import { explainFailure } from './failures.js';
import type { OnnxRuntime } from './load-onnxruntime.js';
import type { Provider } from './providers.js';

/** A model in onnxruntime. */
export interface Session {
  /** Reads the feeds and writes the fetches, where they are. */
  run(feeds: Readonly<Record<string, Tensor>>, fetches: Readonly<Record<string, Tensor>>): Promise<void>;
  release(): Promise<void>;
}

/** Operators from which on the passes of onnxruntime's optimizer take seconds. */
const LONG_GRAPH = 10_000;

interface SessionOptions {
  readonly provider: Provider;
  readonly threads: number;
  /** How many operators the model has. */
  readonly operators: number;
}

/** @throws UserError `usage` when the provider finds no device, lacks an operation or runs out of memory */
export async function openSession(
  ort: OnnxRuntime,
  model: Uint8Array<ArrayBuffer>,
  { provider, threads, operators }: SessionOptions,
): Promise<Session> {
  const session = await explained(provider, 'start', () =>
    ort.InferenceSession.create(model, {
      executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // The graph is lowered as its kernels want it: further passes find nothing, or in short graphs a constant to fold. Over a long
      // one they take two thirds of the start.
      graphOptimizationLevel: operators > LONG_GRAPH ? 'disabled' : 'basic',
      logSeverityLevel: 4,
    }),
  );
  return {
    async run(feeds, fetches) {
      await explained(provider, 'compute', () => session.run(feeds, fetches));
    },
    release: () => session.release(),
  };
}

async function explained<T>(provider: Provider, what: 'start' | 'compute', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainFailure(provider, what, error as Error);
  }
}
