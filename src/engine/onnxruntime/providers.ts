import { UserError } from '../../foundation/errors.js';

/** What a provider requires of a graph. */
interface ProviderTraits {
  /** Most inputs and outputs that one operator may have together. */
  readonly maximumTensors: number;
  /** Operators that the provider lacks, of those that our operations use. */
  readonly lacking: readonly string[];
  /** Whether it takes longer to start an operator than to compute what a cell does in one step. */
  readonly slowToStart: boolean;
  /** The device it computes on, and what must be installed for it. */
  readonly needs: string;
}

const cpu = { maximumTensors: Number.POSITIVE_INFINITY, lacking: [], slowToStart: false };
const device = { ...cpu, slowToStart: true };

/** Execution providers of onnxruntime by their names there. */
export const providers = {
  cpu: { ...cpu, needs: 'nothing' },
  webgpu: {
    ...device,
    maximumTensors: 9,
    lacking: ['LogSoftmax'],
    needs: 'a GPU with a driver for Vulkan, Metal or Direct3D 12',
  },
  cuda: { ...device, needs: "an NVIDIA GPU, with NVIDIA's driver, CUDA, cuDNN and onnxruntime's CUDA provider" },
  tensorrt: { ...device, needs: "an NVIDIA GPU, with NVIDIA's driver, CUDA, TensorRT and onnxruntime's TensorRT provider" },
  dml: { ...device, needs: 'Windows and a GPU with a driver for Direct3D 12' },
  coreml: { ...device, needs: 'macOS' },
} as const satisfies Record<string, ProviderTraits>;

export type Provider = keyof typeof providers;

/** The part of the package's interface that is used. Its own types would make ours unreadable where it is not installed. */
interface Backends {
  listSupportedBackends(): readonly { readonly name: string }[];
}

/** Checks that the installed package has a provider. @throws UserError `usage` naming the providers that it has on this system */
export function checkProvider(ort: Backends, provider: Provider): void {
  const available = ort.listSupportedBackends().map(({ name }) => name);
  if (available.includes(provider)) return;
  throw new UserError(
    'usage',
    `the provider ${provider} is not in onnxruntime-node on this system; available: ${available.join(', ')}`,
  );
}
