import { UserError } from '../../foundation/errors.js';
import { type Provider, providers } from './providers.js';

/*
 * What onnxruntime, its providers and the drivers below them say, by what it means. webgpu binds a large tensor as several buffers, and our
 * operators have few tensors: too many buffers are too large a tensor.
 */
const outOfMemory =
  /out of memory|OutOfMemory|bad_alloc|failed to allocate|available memory of .* smaller than|max(imum)? buffer size|maxBufferSize|maxStorageBufferBindingSize|invalid buffer|too many storage buffers/i;
const noDevice =
  /failed to get a webgpu (adapter|device)|failed to load shared library|cannot open shared object|LoadLibrary failed|no CUDA-capable device|driver version is insufficient|CUDA failure (35|100|999)\b/i;
const lackingOperation = /could not find an implementation for|NOT_IMPLEMENTED|kernel not found|not supported|unsupported/i;

const SMALLER = 'make model.hiddenSize, model.layers, training.batchSize or training.sequenceLength smaller';
const ELSEWHERE = 'set engine.provider to cpu (with sample and evaluate-perplexity: --provider cpu)';

type Failure = 'no device' | 'lacks an operation' | 'too little memory' | 'other';

function failureOf(reason: string): Failure {
  if (outOfMemory.test(reason)) return 'too little memory';
  if (noDevice.test(reason)) return 'no device';
  return lackingOperation.test(reason) ? 'lacks an operation' : 'other';
}

/** In a few words, for a list of what was tried. */
export function briefFailure(message: string): string {
  const reason = withoutSourcePlaces(message);
  const failure = failureOf(reason);
  return failure === 'other' ? reason : failure;
}

/**
 * What onnxruntime threw, in words that say what to do. On the CPU only the lack of memory is not a bug of ours; elsewhere it is most
 * likely the device, its memory or its driver.
 * @param what what could not be done
 */
export function explainFailure(provider: Provider, what: 'start' | 'compute', error: Error): Error {
  const reason = withoutSourcePlaces(error.message);
  const failure = failureOf(reason);
  if (provider === 'cpu' && failure !== 'too little memory') return error;
  return new UserError('usage', explanations[failure](provider, reason, what), { cause: error });
}

const explanations: Record<Failure, (provider: Provider, reason: string, what: string) => string> = {
  'too little memory'(provider, reason) {
    const whose = provider === 'cpu' ? 'the memory' : `the memory of the device, or what ${provider} allows at once,`;
    const elsewhere = provider === 'cpu' ? '' : `, or ${ELSEWHERE}`;
    return `${whose} is not enough for this model on onnxruntime (${provider}): ${reason}. To fit, ${SMALLER}${elsewhere}`;
  },
  'no device': (provider, reason) =>
    `the onnxruntime provider ${provider} finds no device that it can use: ${reason}. ` +
    `It needs ${providers[provider].needs}; without, ${ELSEWHERE}`,
  'lacks an operation': (provider, reason) =>
    `the onnxruntime provider ${provider} lacks what this model needs: ${reason}. For this model, ${ELSEWHERE}`,
  other: (provider, reason, what) =>
    `the onnxruntime provider ${provider} could not ${what}: ${reason}. If its driver cannot be mended, ${ELSEWHERE}`,
};

/** onnxruntime begins with the file, the line and the condition in its own source, which tell a user nothing; CUDA ends with them. */
function withoutSourcePlaces(message: string): string {
  const shown = message.replaceAll(/\s+/g, ' ').trim();
  const told = shown.replace(/^.*onnxruntime\S*:\d+ .* was false\. /, '').replace(/^.*(?=CUDA failure )/, '');
  return told.replace(/ ; GPU=.*$/, '').replace(/[.\s]+$/, '');
}
