import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Outputs } from '../../graph/node.js';
import { briefFailure } from './failures.js';
import { onnxModelOf } from './onnxruntime-engine.js';
import type { Provider } from './providers.js';

/** The result of a trial: seconds of one run of the graph, or a short reason why the device cannot be used. */
export type DeviceTrial = { readonly seconds: number } | { readonly failure: string };

/**
 * Runs a graph on a provider's device with zeros for its inputs, in a process that is ended after a time limit. A missing device, a broken
 * driver or a slow device can then not block or crash a training run.
 * @param limit seconds
 */
export function tryDevice(outputs: Outputs, provider: Provider, limit: number): Promise<DeviceTrial> {
  const { promise, resolve } = withResolvers<DeviceTrial>();
  const script = fileURLToPath(new URL('device-trial.js', import.meta.url));
  // The driver's messages are discarded: a missing device is not an error.
  const child = spawn(process.execPath, [script, provider], { stdio: ['pipe', 'pipe', 'ignore'] });
  const timer = setTimeout(() => {
    resolve({ failure: `no answer within ${limit} s` });
    child.kill('SIGKILL');
  }, limit * 1000);
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    told += text;
  });
  child.on('error', ({ message }) => resolve({ failure: message }));
  child.on('close', () => {
    clearTimeout(timer);
    resolve(readTrial(told));
  });
  // A process that has died does not read its input; its exit reports that better than this error.
  child.stdin.on('error', () => {});
  child.stdin.end(onnxModelOf(outputs, provider));
  return promise;
}

function readTrial(told: string): DeviceTrial {
  try {
    const { seconds, error } = JSON.parse(told) as { seconds?: number; error?: string };
    return seconds === undefined ? { failure: briefFailure(error ?? 'nothing said') } : { seconds };
  } catch {
    return { failure: 'its driver crashed' };
  }
}

/** Promise.withResolvers, which Node 20 lacks. */
function withResolvers<T>(): { promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
