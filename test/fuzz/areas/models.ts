import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readModelFile } from '../../../src/run/model-file.js';
import { withWeights } from '../../../src/run/weight-forms.js';
import { type Area, defect, judge } from '../fuzzer.js';
import { pick } from '../mutate-bytes.js';
import { mutateSafetensors } from '../mutate-safetensors.js';
import { runCommand } from '../run-command.js';

/** One model file of each kind, as the first format version had them. */
export const formats = join(process.cwd(), 'test/formats/1');

export function modelFiles(): string[] {
  const folders = readdirSync(formats, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => join(formats, name, 'model.safetensors'));
}

/** Model files: inspected, sampled from, evaluated and exported. Nothing may be written but the output that was asked for. */
export const models: Area = async (folder) => {
  const float32 = modelFiles().map((path) => readFileSync(path));
  const smaller = modelFiles().flatMap((path) =>
    (['float16', 'int8'] as const).map((form) => withWeights(readModelFile(path), form)),
  );
  const bases: Uint8Array[] = [...float32, ...smaller];
  const work = join(folder, 'case');
  const text = join(formats, 'heldout.txt');
  return {
    async runCase(random) {
      rmSync(work, { recursive: true, force: true });
      mkdirSync(work);
      const file = join(work, 'model.safetensors');
      const output = join(work, 'out');
      const { bytes, expected, changes } = mutateSafetensors(pick(bases, random), random);
      writeFileSync(file, bytes);
      const commands = [
        ['inspect', file, '--json'],
        ['inspect', file, '--json', '--vocabulary'],
        ['inspect', file],
        ['neighbours', file, 'e', '--json'],
        ['sample', file, '-n', '5', '--seed', '1'],
        ['sample', file, '-n', '5', '--seed', '1', '--json'],
        ['evaluate', file, text, '--json'],
        ['evaluate', file, text],
        ['export', file, '--to', 'safetensors', '-o', `${output}.safetensors`],
        ['export', file, '--to', 'pytorch', '-o', `${output}.safetensors`],
        ['export', file, '--to', 'html', '-o', `${output}.html`],
        ['export', file, '--to', 'onnx', '--no-verify', '-o', `${output}.onnx`],
      ];
      const args = pick(commands, random);
      const verdict = judge(await runCommand(args), expected, [...changes, args[0]!]);
      const foreign = readdirSync(work).find((name) => !/^(model|out)\b/.test(name));
      return foreign === undefined ? verdict : defect(`it wrote ${foreign}`, changes);
    },
  };
};
