import { fileURLToPath } from 'node:url';
import { installCommand } from '../../files/install-command.js';
import { UserError } from '../../foundation/errors.js';

export type OnnxRuntime = typeof import('onnxruntime-node');

/**
 * Loads the optional package at the first call.
 * @throws UserError `usage` naming the command that installs it, or the problem of the installed package
 */
export async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  try {
    const loaded = await import('onnxruntime-node');
    // Its warnings are about graphs that the user has not written, and errors are thrown as well.
    loaded.env.logLevel = 'fatal';
    return loaded;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_MODULE_NOT_FOUND') {
      throw new UserError(
        'usage',
        `the onnxruntime engine needs the package onnxruntime-node, which is not installed: ${installCommand('onnxruntime-node', fileURLToPath(import.meta.url))}`,
        { cause: error },
      );
    }
    throw new UserError('usage', `onnxruntime-node is installed but cannot be loaded here: ${message}`, { cause: error });
  }
}
