import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../foundation/errors.js';

export type OnnxRuntime = typeof import('onnxruntime-node');

const PACKAGE = 'onnxruntime-node';

/**
 * The command that puts the optional package where Textloom finds it: beside Textloom.
 * @param path of a file of Textloom's
 */
export function installCommand(path: string): string {
  const [, parent] = /^(.*)[\\/]node_modules[\\/]textloom[\\/]/.exec(path) ?? [];
  if (parent === undefined) return `npm i --ignore-scripts ${PACKAGE}`;
  if (/[\\/]_npx[\\/]/.test(path)) return `npx -p textloom -p ${PACKAGE} textloom ...`;
  // Packages that are installed for all (npm i -g) belong to no project.
  const isGlobal = !existsSync(join(parent, 'package.json'));
  return `npm i ${isGlobal ? '-g ' : ''}--ignore-scripts ${PACKAGE}`;
}

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
        `the onnxruntime engine needs the package onnxruntime-node, which is not installed: ${installCommand(fileURLToPath(import.meta.url))}`,
        { cause: error },
      );
    }
    throw new UserError('usage', `onnxruntime-node is installed but cannot be loaded here: ${message}`, { cause: error });
  }
}
