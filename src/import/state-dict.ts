import type { ReadTensor, SafetensorsFile } from '../files/safetensors-content.js';
import { readSafetensors } from '../files/safetensors-reader.js';
import { type Fail, UserError } from '../foundation/errors.js';
import { quotedName } from '../foundation/printable.js';
import { describeNoModel } from '../run/recognize.js';

/** The most tensors: far more than any model of 64 layers has. */
const maximumTensors = 4096;
/** The longest name, which limits the time for comparing, parsing and sorting names. PyTorch's have some dozens of characters. */
const maximumNameLength = 1000;

/**
 * Reads the tensors of a PyTorch model from a safetensors file. Nothing in it is trusted, and allocations do not exceed twice its size.
 *
 * @throws UserError `model` when it does not exist, is damaged, is a pickle, or is already a Textloom model file
 */
export function readStateDict(path: string): SafetensorsFile {
  const problem = describeNoModel(path);
  if (problem !== undefined) throw new UserError('model', problem);
  const file = readSafetensors(path, { digest: 'optional' });
  if (file.metadata.get('format') === 'textloom') {
    throw new UserError('model', `${path} is a Textloom model already: sample, evaluate and export take it as it is`);
  }
  const count = file.tensors.length;
  if (count === 0) throw new UserError('model', `${path} holds no tensors`);
  if (count > maximumTensors)
    throw new UserError(
      'model',
      `${path} holds ${count} tensors; a recurrent language model has a few dozen, and at most ${maximumTensors} are read`,
    );
  const long = file.tensors.find(({ name }) => name.length > maximumNameLength);
  if (long) {
    const length = `${long.name.length} characters, and at most ${maximumNameLength} are read`;
    throw new UserError('model', `${path}: the name of the tensor ${quotedName(long.name)} has ${length}`);
  }
  return file;
}

/**
 * A tensor's numbers as float32: copied, widened, or (float64) rounded.
 *
 * @param fail called for integers, and for numbers that are not finite or too large for float32
 */
export function floatsOf({ name, dtype, data }: ReadTensor, fail: Fail): Float32Array {
  if (!(data instanceof Float32Array || data instanceof Float64Array))
    fail(`${quotedName(name)} is of dtype ${dtype}; parameters are F32, F16, BF16 or F64`);
  const floats = data instanceof Float32Array ? data : Float32Array.from(data);
  const broken = floats.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0) fail(`${quotedName(name)} holds ${data[broken]} at ${broken}, where a float32 number is expected`);
  return floats;
}
