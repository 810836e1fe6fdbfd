import { float16ToFloat32 } from '../../files/half-precision.js';
import type { Dtype } from '../../files/safetensors-header.js';
import type { JsonValue } from '../../foundation/strict-json.js';
import { parameterTable } from '../../model/parameter-table.js';
import { readExport } from '../../run/open-export.js';
import { type ModelFacts, type TensorFacts, tokenizerFacts } from './inspect-model.js';
import { tensorStatistics } from './tensor-statistics.js';

/** The types of constants that contain weights or values derived from weights; other constants are sizes and axes. */
const weights: ReadonlyMap<string, Dtype> = new Map([
  ['float32', 'F32'],
  ['float16', 'F16'],
  ['uint8', 'U8'],
]);

/**
 * Reads a whole exported file, without onnxruntime.
 *
 * @throws UserError `model` when it cannot be read, is damaged, or is not one of Textloom's
 */
export function inspectExport(path: string, { vocabulary }: { readonly vocabulary: boolean }): ModelFacts {
  const { bytes, info, graph } = readExport(path);
  const { options, tokenizer, training, config, form, precision } = info;
  const { count, bufferCount } = parameterTable(options);
  const tensors = [...graph.initializers].flatMap(([name, { type, shape, bytes: content }]): TensorFacts[] => {
    const dtype = weights.get(type);
    return dtype === undefined ? [] : [{ name, shape, dtype, ...tensorStatistics(numbersOf(content, dtype)) }];
  });
  return {
    path,
    kind: 'export',
    bytes: bytes.length,
    digest: 'matches',
    form,
    precision,
    model: options,
    parameters: count,
    ...(bufferCount > 0 && { buffers: bufferCount }),
    tensors,
    tokenizer: tokenizerFacts(path, tokenizer.toJSON() as unknown as JsonValue, vocabulary),
    training: training as JsonValue,
    config: config as JsonValue,
  };
}

/** A copy, because data in the file is not aligned. */
function numbersOf(content: Uint8Array, dtype: Dtype): Float32Array | Uint8Array {
  if (dtype === 'U8') return content;
  const { buffer } = content.slice();
  return dtype === 'F32' ? new Float32Array(buffer) : float16ToFloat32(new Uint16Array(buffer));
}
