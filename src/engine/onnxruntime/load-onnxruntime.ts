import { UserError } from '../../errors.js';

export type OnnxRuntime = typeof import('onnxruntime-node');

const INSTALL = 'npm i --ignore-scripts onnxruntime-node';

/**
 * The optional package, loaded when it is first asked for.
 * @throws UserError `usage` naming the command that installs it, or what is wrong with what is installed
 */
export async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  try {
    const loaded = await import('onnxruntime-node');
    // Its warnings are about graphs, which the user has not written, and what fails is thrown as well.
    loaded.env.logLevel = 'fatal';
    return loaded;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_MODULE_NOT_FOUND') {
      throw new UserError(
        'usage',
        `the onnxruntime engine needs the package onnxruntime-node, which is not installed: ${INSTALL}`,
        { cause: error },
      );
    }
    throw new UserError('usage', `onnxruntime-node is installed but cannot be loaded here: ${message}`, { cause: error });
  }
}
