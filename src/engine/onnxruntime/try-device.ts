import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Outputs } from '../../graph/node.js';
import { briefFailure } from './failures.js';
import { onnxModelOf } from './onnxruntime-engine.js';
import type { Provider } from './providers.js';

/** How a device did: seconds of one run of the graph, or in a few words why there are none. */
export type DeviceTrial = { readonly seconds: number } | { readonly failure: string };

/**
 * Runs a graph on a provider's device in a process of its own, with zeros for its inputs, and ends it after a time: whether there is
 * a device, whether its driver works, and whether it is of use here is nothing that a run should have to find out by hanging.
 * @param limit seconds
 */
export function tryDevice(outputs: Outputs, provider: Provider, limit: number): Promise<DeviceTrial> {
  const { promise, resolve } = withResolvers<DeviceTrial>();
  const script = fileURLToPath(new URL('device-trial.js', import.meta.url));
  // What a driver has to say about its search goes nowhere: that there is no device is no fault.
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
  // One that has died already does not read, which its end says better.
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

/** Promise.withResolvers, which Node 20 has not. */
function withResolvers<T>(): { promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
