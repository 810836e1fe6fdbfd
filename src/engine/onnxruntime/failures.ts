import { UserError } from '../../foundation/errors.js';
import { type Provider, providers } from './providers.js';

/*
 * Messages of onnxruntime, its providers and their drivers, grouped by meaning. webgpu binds a large tensor as several buffers, and our
 * operators have few tensors: "too many buffers" therefore means that a tensor is too large.
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

/** A failure in a few words, for a list of the devices tried. */
export function briefFailure(message: string): string {
  const reason = withoutSourcePlaces(message);
  const failure = failureOf(reason);
  return failure === 'other' ? reason : failure;
}

/**
 * Turns an error of onnxruntime into one that says what to do. On the CPU every error except lack of memory is a bug of ours; on a device
 * the cause is most likely the device, its memory or its driver.
 * @param what the action that failed
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
    `the onnxruntime provider ${provider} could not ${what}: ${reason}. If its driver cannot be repaired, ${ELSEWHERE}`,
};

/**
 * Removes the file, line and condition in onnxruntime's source with which its messages begin (and those of CUDA end): they do not help a
 * user.
 */
function withoutSourcePlaces(message: string): string {
  const shown = message.replaceAll(/\s+/g, ' ').trim();
  const told = shown.replace(/^.*onnxruntime\S*:\d+ .* was false\. /, '').replace(/^.*(?=CUDA failure )/, '');
  return told.replace(/ ; GPU=.*$/, '').replace(/[.\s]+$/, '');
}
