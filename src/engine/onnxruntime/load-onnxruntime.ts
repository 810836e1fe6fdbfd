import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../foundation/errors.js';

export type OnnxRuntime = typeof import('onnxruntime-node');

const PACKAGE = 'onnxruntime-node';

/**
 * The command that installs the optional package where Textloom finds it: beside Textloom.
 * @param path of a file of Textloom
 */
export function installCommand(path: string): string {
  const [, parent] = /^(.*)[\\/]node_modules[\\/]textloom[\\/]/.exec(path) ?? [];
  if (parent === undefined) return `npm i --ignore-scripts ${PACKAGE}`;
  if (/[\\/]_npx[\\/]/.test(path)) return `npx -p textloom -p ${PACKAGE} textloom ...`;
  // Globally installed packages (npm i -g) belong to no project.
  const isGlobal = !existsSync(join(parent, 'package.json'));
  return `npm i ${isGlobal ? '-g ' : ''}--ignore-scripts ${PACKAGE}`;
}

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
        `the onnxruntime engine needs the package onnxruntime-node, which is not installed: ${installCommand(fileURLToPath(import.meta.url))}`,
        { cause: error },
      );
    }
    throw new UserError('usage', `onnxruntime-node is installed but cannot be loaded here: ${message}`, { cause: error });
  }
}
