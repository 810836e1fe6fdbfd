import type { Tensor } from 'onnxruntime-node';
import { UserError } from '../../errors.js';
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

/** @throws UserError `usage` when the provider finds no device, or cannot do what the model needs */
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
      graphOptimizationLevel: 'all',
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

/** On the CPU a failure is our bug; elsewhere it is most likely the device, its memory or its driver. */
async function explained<T>(provider: Provider, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (provider === 'cpu') throw error;
    const { message } = error as Error;
    const remedy = 'Free its memory or take a smaller batch if that is what it lacks, or set engine.provider to cpu.';
    throw new UserError('usage', `the onnxruntime provider ${provider} could not ${what}: ${message.trim()}. ${remedy}`, {
      cause: error,
    });
  }
}
