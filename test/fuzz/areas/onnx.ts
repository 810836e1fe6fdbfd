import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Area, judge } from '../fuzzer.js';
import { mutateBytes, pick } from '../mutate-bytes.js';
import { mutateOnnx } from '../mutate-protobuf.js';
import { runCommand } from '../run-command.js';
import { modelFiles } from './models.js';

const variants = [
  ['--form', 'auto', '--precision', 'float32'],
  ['--form', 'scan', '--precision', 'float16'],
  ['--form', 'scan', '--precision', 'int8'],
  ['--form', 'auto', '--precision', 'int8'],
];

/** Exported files: inspected, sampled from and evaluated. */
export const onnx: Area = async (folder) => {
  const work = join(folder, 'case');
  const bases: Uint8Array[] = [];
  for (const [i, model] of modelFiles().entries()) {
    const file = join(folder, `${i}.onnx`);
    const { stderr } = await runCommand([
      'export',
      model,
      '--to',
      'onnx',
      '--no-verify',
      '-o',
      file,
      ...variants[i % variants.length]!,
    ]);
    if (stderr !== '') throw new Error(stderr);
    bases.push(readFileSync(file));
  }
  const text = join(folder, 'text.txt');
  writeFileSync(text, 'the fox saw the crow');
  return {
    async runCase(random) {
      rmSync(work, { recursive: true, force: true });
      mkdirSync(work);
      const file = join(work, 'model.onnx');
      const base = pick(bases, random);
      if (random.integer(8) === 0) {
        const { bytes, change } = mutateBytes(base, random);
        writeFileSync(file, bytes);
        const expected = Buffer.compare(base, bytes) === 0 ? 'any' : 'refused';
        return judge(await runCommand(['inspect', file]), expected, [change, 'not sealed']);
      }
      const { bytes, changes } = mutateOnnx(base, random);
      writeFileSync(file, bytes);
      const commands = [
        ['inspect', file, '--json'],
        ['inspect', file],
        ['sample', file, '-n', '3', '--seed', '1'],
        ['sample', file, '-n', '3', '--seed', '1', '--json'],
        ['evaluate', file, text, '--json'],
      ];
      const args = pick(commands, random);
      return judge(await runCommand(args), 'any', [...changes, args[0]!]);
    },
  };
};
