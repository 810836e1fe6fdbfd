import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../files/temporary-folder.js';
import { writeRandomModel } from '../sample/trained-model.js';

const executable = join(import.meta.dirname, '../../bin/textloom.js');

/** Makes Node look for a package of another name, which is nowhere, so that it fails as it does where onnxruntime-node is absent. */
const hooks = `export const resolve = (name, context, next) =>
  next(name === 'onnxruntime-node' ? 'onnxruntime-node-is-hidden' : name, context);`;
const dataUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
const hidden = dataUrl(`import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hooks))});`);

test('without onnxruntime-node an export is refused with the command that installs it, and is possible without verification', () => {
  const folder = temporaryFolder();
  writeRandomModel(folder);
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['--import', hidden, executable, 'export', 'model.safetensors', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });

  const refused = run('--to', 'onnx');
  expect(refused.status).toBe(2);
  for (const part of ['npm i --ignore-scripts onnxruntime-node', '--no-verify']) expect(refused.stderr).toContain(part);
  expect(refused.stderr).not.toMatch(/\n +at /);
  expect(readdirSync(folder)).toEqual(['model.safetensors']);

  const unverified = (precision: string) => run('-o', `${precision}.onnx`, '--precision', precision, '--no-verify');
  expect(unverified('float32')).toMatchObject({ status: 0, stdout: expect.stringMatching(/verified +no\n$/) });
  const unmeasured = /verified +no\nperplexity +not measured: the file was not run\n$/;
  expect(unverified('int8')).toMatchObject({ status: 0, stdout: expect.stringMatching(unmeasured) });
  expect(run('--to', 'safetensors')).toMatchObject({ status: 0 });
});
