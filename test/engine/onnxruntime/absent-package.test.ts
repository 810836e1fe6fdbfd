import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createWorkplace } from '../../commands/workplace.js';

const executable = join(import.meta.dirname, '../../../bin/textloom.js');

/** Makes Node look for a package of another name, which is nowhere, so that it fails as it does where onnxruntime-node is absent. */
const hooks = `export const resolve = (name, context, next) =>
  next(name === 'onnxruntime-node' ? 'onnxruntime-node-is-hidden' : name, context);`;
const dataUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
const hidden = dataUrl(`import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hooks))});`);

const textloom = (folder: string, ...args: string[]) =>
  spawnSync(process.execPath, ['--import', hidden, executable, ...args], { cwd: folder, encoding: 'utf8' });

test('without onnxruntime-node its engine is refused with the command that installs it, and the rest works', ({
  onTestFinished,
}) => {
  const { folder, remove } = createWorkplace();
  onTestFinished(remove);
  const refused = textloom(folder, 'train', 'small.yaml', '--set', 'engine.type=onnxruntime');
  expect(refused.stderr).toContain(
    'the onnxruntime engine needs the package onnxruntime-node, which is not installed: npm i --ignore-scripts onnxruntime-node',
  );
  expect(refused.stderr).not.toMatch(/\n +at /);
  expect(refused.status).toBe(2);
  expect(existsSync(join(folder, 'runs/small'))).toBe(false);

  const chosen = textloom(folder, 'train', 'small.yaml', '--engine', 'auto');
  expect(chosen.stderr).toMatch(
    /^engine: typed-array, \d threads?: [\d,]+ tokens\/s; onnxruntime: .* npm i --ignore-scripts onnxruntime-node\n/,
  );
  expect(chosen.status).toBe(0);
  expect(textloom(folder, 'sample', 'runs/small', '-n', '5')).toMatchObject({ status: 0 });
});

test('with it the same command trains', ({ onTestFinished }) => {
  const { folder, remove } = createWorkplace();
  onTestFinished(remove);
  const args = ['train', 'small.yaml', '--set', 'engine.type=onnxruntime', '--threads', '1'];
  const { status, stderr } = spawnSync(process.execPath, [executable, ...args], { cwd: folder, encoding: 'utf8' });
  expect(stderr).toContain('onnxruntime (cpu) engine, 1 shard on 1 thread');
  expect(status).toBe(0);
});
