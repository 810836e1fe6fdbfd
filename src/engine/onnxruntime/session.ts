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

interface SessionOptions {
  readonly provider: Provider;
  readonly threads: number;
}

/** @throws UserError `usage` when the provider finds no device, lacks an operation or runs out of memory */
export async function openSession(
  ort: OnnxRuntime,
  model: Uint8Array<ArrayBuffer>,
  { provider, threads }: SessionOptions,
): Promise<Session> {
  const session = await explained(provider, 'start', () =>
    ort.InferenceSession.create(model, {
      executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // The graph is lowered as its kernels want it: further passes find nothing, and take a third of the start.
      graphOptimizationLevel: 'basic',
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
