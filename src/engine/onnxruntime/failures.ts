import { UserError } from '../../errors.js';
import { type Provider, providers } from './providers.js';

/** What onnxruntime, its providers and the drivers below them say, by what it means. The first that fits counts. */
const noDevice =
  /failed to get a webgpu (adapter|device)|no supported adapters|failed to load shared library|cannot open shared object|LoadLibrary failed|no CUDA-capable device|driver version is insufficient|CUDA failure (35|100|999)\b/i;
const lackingOperation =
  /could not find an implementation for|NOT_IMPLEMENTED|kernel not found|not supported|unsupported|too many storage buffers|exceeds the maximum (per-stage )?(number|limit)|maxStorageBuffersPerShaderStage/i;
const outOfMemory =
  /out of memory|OutOfMemory|bad_alloc|failed to allocate|CUDA_ERROR_OUT_OF_MEMORY|available memory of .* smaller than|exceeds the (max|maximum) buffer size|maxBufferSize|maxStorageBufferBindingSize|buffer size .* (too large|exceeds)|invalid buffer/i;

const SMALLER = 'make model.hiddenSize, model.layers, training.batchSize or training.sequenceLength smaller';
const ELSEWHERE = 'set engine.provider to cpu (with sample and evaluate-perplexity: --provider cpu)';

/**
 * What onnxruntime threw, in words that say what to do. On the CPU only the lack of memory is not a bug of ours; elsewhere it is most
 * likely the device, its memory or its driver.
 * @param what what could not be done: `start` or `compute`
 */
export function explainFailure(provider: Provider, what: 'start' | 'compute', error: Error): Error {
  const reason = withoutSourcePlaces(error.message);
  const say = (text: string) => new UserError('usage', text, { cause: error });
  if (outOfMemory.test(reason)) {
    const whose = provider === 'cpu' ? 'the memory' : `the memory of the device, or what ${provider} allows at once,`;
    const elsewhere = provider === 'cpu' ? '' : `, or ${ELSEWHERE}`;
    return say(`${whose} is not enough for this model on onnxruntime (${provider}): ${reason}. To fit, ${SMALLER}${elsewhere}`);
  }
  if (provider === 'cpu') return error;
  if (noDevice.test(reason)) {
    const needs = providers[provider].needs;
    return say(
      `the onnxruntime provider ${provider} finds no device that it can use: ${reason}. It needs ${needs}; without, ${ELSEWHERE}`,
    );
  }
  if (lackingOperation.test(reason)) {
    return say(`the onnxruntime provider ${provider} lacks what this model needs: ${reason}. For this model, ${ELSEWHERE}`);
  }
  return say(`the onnxruntime provider ${provider} could not ${what}: ${reason}. If its driver cannot be mended, ${ELSEWHERE}`);
}

/** onnxruntime begins with the file, the line and the condition in its own source, which tell a user nothing; CUDA ends with them. */
function withoutSourcePlaces(message: string): string {
  const shown = message.replaceAll(/\s+/g, ' ').trim();
  const [, told = shown] = /^\S*onnxruntime\S* .*?(?: was false\. |(?=CUDA failure ))(.*)$/.exec(shown) ?? [];
  return told.replace(/ ; GPU=.*$/, '').replace(/[.\s]+$/, '');
}
