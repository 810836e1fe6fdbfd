import { describe, expect, test } from 'vitest';
import { explainFailure } from '../../../src/engine/onnxruntime/failures.js';
import type { Provider } from '../../../src/engine/onnxruntime/providers.js';

/** What onnxruntime 1.30 and the drivers below it say, as they say it. */
const cases: [means: string, provider: Provider, thrown: string, says: string][] = [
  [
    'no device',
    'webgpu',
    '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters\n',
    'the onnxruntime provider webgpu finds no device that it can use: Failed to get a WebGPU adapter: No supported adapters. ' +
      'It needs a GPU with a driver for Vulkan, Metal or Direct3D 12; without, set engine.provider to cpu',
  ],
  [
    'no device',
    'cuda',
    'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library',
    'the onnxruntime provider cuda finds no device that it can use: OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load ' +
      "shared library. It needs an NVIDIA GPU, with NVIDIA's driver, CUDA, cuDNN",
  ],
  [
    'no device',
    'cuda',
    '/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:122 std::conditional_t<THRW, void, common::Status> onnxruntime::CudaCall(ERRTYPE, const char*) [with ERRTYPE = cudaError] CUDA failure 100: no CUDA-capable device is detected ; GPU=-1 ; hostname=c4 ; file=/onnxruntime_src/cuda_execution_provider.cc ; line=336 ; expr=cudaSetDevice(info_.device_id);',
    'finds no device that it can use: CUDA failure 100: no CUDA-capable device is detected. It needs',
  ],
  [
    'a lacking operation',
    'webgpu',
    "Could not find an implementation for GatherElements(13) node with name ''",
    "the onnxruntime provider webgpu lacks what this model needs: Could not find an implementation for GatherElements(13) node with name ''. For this model, set engine.provider to cpu",
  ],
  [
    'too little memory',
    'webgpu',
    "Non-zero status code returned while running Mul node. Name:'' Status Message: /onnxruntime_src/onnxruntime/core/providers/webgpu/shader_helper.cc:306 onnxruntime::webgpu::ShaderVariableHelper& onnxruntime::webgpu::ShaderHelper::AddVariableImpl(bool, uint32_t) numbers_storage_buffers_ <= limits_.maxStorageBuffersPerShaderStage was false. Too many storage buffers in shader. Current: 18, Max is 12\n",
    'is not enough for this model on onnxruntime (webgpu): Too many storage buffers in shader. Current: 18, Max is 12. To fit',
  ],
  [
    'too little memory',
    'webgpu',
    '/onnxruntime_src/onnxruntime/core/providers/webgpu/buffer_manager.cc:641 void onnxruntime::webgpu::BufferManager::Download(WGPUBuffer, void*, size_t) const map_async_result.status == wgpu::MapAsyncStatus::Success was false. Failed to download data from buffer. wgpu::MapAsyncStatus value: 3, message: [Invalid Buffer (unlabeled)] is invalid due to a previous error..',
    'the memory of the device, or what webgpu allows at once, is not enough for this model on onnxruntime (webgpu): Failed to ' +
      'download data from buffer. wgpu::MapAsyncStatus value: 3, message: [Invalid Buffer (unlabeled)] is invalid due to a previous error. To fit, make',
  ],
  [
    'too little memory',
    'webgpu',
    'Buffer size (3185049600) exceeds the max buffer size limit (1073741824).',
    'is not enough for this model',
  ],
  ['too little memory', 'cuda', 'BFC Arena ran out of memory trying to allocate 4096 bytes', 'set engine.provider to cpu'],
  [
    'too little memory',
    'cpu',
    'Failed to allocate memory for requested buffer of size 92233720368',
    'the memory is not enough for this model on onnxruntime (cpu): Failed to allocate memory for requested buffer of size 92233720368. ' +
      'To fit, make model.hiddenSize, model.layers, training.batchSize or training.sequenceLength smaller',
  ],
  [
    'something else',
    'webgpu',
    'WebGPU device lost (2): reset',
    'the onnxruntime provider webgpu could not compute: WebGPU device lost (2): reset. If',
  ],
];

describe('what onnxruntime throws', () => {
  test.each(cases)('means %s (%s)', (_, provider, thrown, says) => {
    const cause = new Error(thrown);
    const error = explainFailure(provider, 'compute', cause);
    expect(error).toMatchObject({ name: 'UserError', kind: 'usage', cause });
    expect(error.message).toContain(says);
    expect(error.message).not.toMatch(/_src\/|\.cc|expr=|\n|\.\. /);
  });

  test('is reported as a bug on the CPU, unless it is about memory', () => {
    const error = new Error('Invalid rank for input: x');
    expect(explainFailure('cpu', 'compute', error)).toBe(error);
  });

  test('about memory on the CPU does not advise another provider', () => {
    expect(explainFailure('cpu', 'compute', new Error('std::bad_alloc')).message).not.toContain('engine.provider');
  });
});
