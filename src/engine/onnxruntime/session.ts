import type { Tensor } from 'onnxruntime-node';
import { explainFailure } from './failures.js';
import type { OnnxRuntime } from './load-onnxruntime.js';
import type { Provider } from './providers.js';

/** An opened model in onnxruntime. */
export interface Session {
  /** Runs the model. Feeds are read and fetches are written in place. */
  run(feeds: Readonly<Record<string, Tensor>>, fetches: Readonly<Record<string, Tensor>>): Promise<void>;
  release(): Promise<void>;
}

/** The number of operators from which onnxruntime's optimization passes take seconds. */
const LONG_GRAPH = 10_000;

interface SessionOptions {
  readonly provider: Provider;
  readonly threads: number;
  /** How many operators the model has. */
  readonly operators: number;
}

/** Opens a model on a provider. @throws UserError `usage` when the provider finds no device, lacks an operation or runs out of memory */
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
      // The graph is already lowered to the operators that onnxruntime's kernels handle well. Its optimizer finds at most a constant to
      // fold, and on a long graph it takes two thirds of the start-up time.
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
