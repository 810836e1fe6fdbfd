import { float16Bits, INFINITE_FLOAT16 } from '../files/half-precision.js';
import { encodeSafetensors } from '../files/safetensors-bytes.js';
import type { StoredTensor } from '../files/safetensors-format.js';
import { UserError } from '../foundation/errors.js';
import { type ModelFile, modelMetadata, modelTensors, type Parameter } from './model-content.js';
import { quantizedRows } from './row-scales.js';

/** How the weights of a model file are stored. All are computed with in float32. */
export const weightForms = ['float32', 'float16', 'int8'] as const;

export type WeightForm = (typeof weightForms)[number];

/**
 * The bytes of a model file whose weights are stored in this form. float32: the same bits. float16: each rounded to the nearest. int8: of
 * each matrix 8 bits and a scale for each row, as in `row-scales.ts`; vectors (biases, gains) stay float32.
 *
 * @throws UserError `usage` for a weight beyond float16's range
 */
export function withWeights(model: ModelFile, form: WeightForm): Uint8Array<ArrayBuffer> {
  const tensors = modelTensors(model).flatMap((parameter): StoredTensor[] => {
    if (form === 'float16') return [narrowed(parameter)];
    return form === 'int8' ? quantizedRows(parameter) : [parameter];
  });
  return encodeSafetensors('the model', tensors, modelMetadata(model));
}

function narrowed({ name, shape, data }: Parameter): StoredTensor {
  const halves = Uint16Array.from(data, float16Bits);
  const beyond = halves.findIndex((bits) => (bits & 0x7fff) >= INFINITE_FLOAT16);
  if (beyond >= 0)
    throw new UserError('usage', `float16: ${name} holds ${data[beyond]}, and float16 ends at 65504; use float32 or int8`);
  return { name, shape, data: halves };
}
