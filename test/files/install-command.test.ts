import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { installCommand } from '../../src/files/install-command.js';
import { temporaryFolder } from './temporary-folder.js';

const global = 'npm i -g --ignore-scripts onnxruntime-node';
const local = 'npm i --ignore-scripts onnxruntime-node';

it.each([
  ['from a package that is installed for all', '/usr/lib/node_modules/textloom/dist/cli.js', global],
  ['on Windows', 'C:\\Users\\a\\AppData\\Roaming\\npm\\node_modules\\textloom\\dist\\cli.js', global],
  ['from the source', '/home/a/textloom/dist/cli.js', local],
  ['by npx', '/home/a/.npm/_npx/0a1b/node_modules/textloom/dist/cli.js', 'npx -p textloom -p onnxruntime-node textloom ...'],
])('the command that installs the optional package, run %s', (_, path, command) => {
  expect(installCommand('onnxruntime-node', path)).toBe(command);
});

it('the command that installs the optional package, run from a project', () => {
  const project = temporaryFolder();
  mkdirSync(join(project, 'node_modules/textloom'), { recursive: true });
  writeFileSync(join(project, 'package.json'), '{}');
  expect(installCommand('onnxruntime-node', join(project, 'node_modules/textloom/dist/cli.js'))).toBe(local);
});
