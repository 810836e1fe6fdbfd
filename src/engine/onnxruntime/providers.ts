import { UserError } from '../../errors.js';
import type { OnnxRuntime } from './load-onnxruntime.js';

/** What a provider asks of a graph. */
interface ProviderTraits {
  /** Most inputs and outputs that one operator may have together. */
  readonly maximumTensors: number;
}

/** Execution providers of onnxruntime by their names there. */
export const providers = {
  cpu: { maximumTensors: Number.POSITIVE_INFINITY },
  webgpu: { maximumTensors: 9 },
  cuda: { maximumTensors: Number.POSITIVE_INFINITY },
  tensorrt: { maximumTensors: Number.POSITIVE_INFINITY },
  dml: { maximumTensors: Number.POSITIVE_INFINITY },
  coreml: { maximumTensors: Number.POSITIVE_INFINITY },
} as const satisfies Record<string, ProviderTraits>;

export type Provider = keyof typeof providers;

/** @throws UserError `usage` naming those that the installed package has on this system */
export function checkProvider(ort: OnnxRuntime, provider: Provider): void {
  const available = ort.listSupportedBackends().map(({ name }) => name);
  if (available.includes(provider)) return;
  throw new UserError(
    'usage',
    `the provider ${provider} is not in onnxruntime-node on this system; available: ${available.join(', ')}`,
  );
}
