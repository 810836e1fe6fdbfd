import { statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { writeFileAtomically } from '../files/atomic-file.js';
import type { OpenedModel } from '../run/open-model.js';
import { huggingFaceJson } from '../text/tokenizers/hugging-face.js';
import { pyTorchModule } from './pytorch-module.js';
import { type ExportedFile, exportSafetensors } from './safetensors-export.js';
import { textNormalization } from './text-normalization.js';

/** Paths of the files of an export to PyTorch. */
export interface PyTorchFiles {
  /** The weights, as {@link exportSafetensors} writes them. */
  readonly weights: string;
  /**
   * The Python module in the same folder, with the same name, in which characters that Python names cannot have are replaced by
   * underscores.
   */
  readonly module: string;
  /** A Hugging Face `tokenizer.json`, for byte-pair encoding only. */
  readonly tokenizer?: string;
}

/** @param path `fox.safetensors`, `fox.py` or `fox`: the other names are derived from it */
export function pyTorchFiles({ tokenizer }: OpenedModel, path: string): PyTorchFiles {
  const folder = dirname(path);
  const extension = extname(path);
  const name = basename(path, ['.safetensors', '.py'].includes(extension) ? extension : '');
  const identifier = name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_');
  return {
    weights: join(folder, `${name}.safetensors`),
    module: join(folder, `${identifier}.py`),
    ...(tokenizer.type === 'bpe' && { tokenizer: join(folder, `${name}.tokenizer.json`) }),
  };
}

/**
 * Writes a model for PyTorch: its weights, and a short Python module that loads them with torch alone (1.13 or newer), with the network,
 * `encode` and `decode`, and a greedy sampler. The files can be moved together, because the module finds the weights in its own folder.
 *
 * @param path see {@link pyTorchFiles}; existing files are replaced
 * @throws UserError `disk` when the operating system refuses, `usage` where the model itself would be replaced, and for a tokenizer that
 *   has no Python code; nothing is written then
 */
export function exportPyTorch(model: OpenedModel, path: string): ExportedFile[] {
  const files = pyTorchFiles(model, path);
  const state = model.tokenizer.toJSON();
  // Before the weights are written, because this can fail.
  const module = pyTorchModule(model, files);
  return [
    ...exportSafetensors(model, files.weights),
    writeText(files.module, module, 'Python module'),
    ...(files.tokenizer !== undefined && state.type === 'bpe'
      ? [writeText(files.tokenizer, huggingFaceJson(state, textNormalization(model)), 'tokenizer')]
      : []),
  ];
}

function writeText(path: string, text: string, what: string): ExportedFile {
  writeFileAtomically(path, (append) => append(Buffer.from(text)));
  return { path, bytes: statSync(path).size, what };
}
