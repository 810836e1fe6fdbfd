import { afterAll, describe, it } from 'vitest';
import { writeRandomModel } from '../../sample/trained-model.js';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove } = createWorkplace();
afterAll(remove);
writeRandomModel(folder);

const cases: readonly [line: string, ...says: string[]][] = [
  ['train small.yaml --engine autoo', '--engine autoo (did you mean auto?): allowed are auto, typed-array, onnxruntime'],
  ['train small.yaml --engine=', '--engine (empty): allowed are auto'],
  ['train small.yaml --engine onnxruntime --provider vulkan', '--provider vulkan: allowed are cpu, webgpu, cuda'],
  ['train small.yaml --provider webgpu', '--provider webgpu: only --engine onnxruntime has providers'],
  ['train small.yaml --engine auto --provider webgpu', '--provider webgpu: only --engine onnxruntime has providers'],
  ['train small.yaml --engine auto --set engine.type=onnxruntime', '--engine and --set engine.type set the same key'],
  ['train small.yaml --engine auto --set engine=auto', '--engine and --set engine set the same key'],
  [
    'train small.yaml --engine onnxruntime --provider cpu --set engine.provider=cpu',
    '--provider and --set engine.provider set the same key',
  ],
  ['train small.yaml --engine auto --set engine.provider=cpu', 'engine.provider is not a key when engine.type is "auto"'],
  ['train small.yaml --set engine=fast', 'engine.type is "fast"', 'allowed: typed-array, onnxruntime, auto'],
  ['sample model.safetensors --engine auto', '--engine auto: allowed are typed-array, onnxruntime'],
  ['sample model.safetensors --provider cpu', '--provider cpu: only --engine onnxruntime has providers'],
  [
    'sample model.safetensors --engine onnxruntime --provider coreml',
    'the provider coreml is not in onnxruntime-node on this system',
  ],
  ['evaluate model.safetensors corpus.txt --engine cuda', '--engine cuda: allowed are typed-array, onnxruntime'],
  [
    'evaluate model.safetensors corpus.txt --provider webgpu --engine typed-array',
    '--provider webgpu: only --engine onnxruntime',
  ],
];

describe.concurrent('textloom', () => {
  it.for(cases)('%s', async ([line, ...says]) => {
    expectRefusal(await textloom(line.split(' '), folder), { code: 2, says });
  });
});
