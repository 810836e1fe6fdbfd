import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The command that installs an optional package where Textloom finds it: beside Textloom.
 * @param path of a file of Textloom
 */
export function installCommand(name: string, path: string): string {
  const [, parent] = /^(.*)[\\/]node_modules[\\/]textloom[\\/]/.exec(path) ?? [];
  if (parent === undefined) return `npm i --ignore-scripts ${name}`;
  if (/[\\/]_npx[\\/]/.test(path)) return `npx -p textloom -p ${name} textloom ...`;
  // Globally installed packages (npm i -g) belong to no project.
  const isGlobal = !existsSync(join(parent, 'package.json'));
  return `npm i ${isGlobal ? '-g ' : ''}--ignore-scripts ${name}`;
}
