import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './docs/commands.js';

/** Installs the package in an empty folder. @returns runs programs there */
export function installPackage(folder: string): (program: string, ...args: string[]) => string {
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
  const run = (program: string, ...args: string[]) => execFileSync(program, args, { cwd: folder, encoding: 'utf8' });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  run('npm', 'install', '--offline', '--legacy-peer-deps', '--no-audit', `textloom-${version}.tgz`);
  return run;
}
