import { existsSync } from 'node:fs';
import { isFolder } from '../../files/regular-file.js';
import { UserError } from '../../foundation/errors.js';
import { terminalSafe, terminalSafeJson } from '../../foundation/terminal-safe.js';
import { type ImportedModel, type ImportOptions, importModel } from '../../import/import-model.js';
import type { ImportedTensor } from '../../import/import-parameters.js';
import { layersInWords } from '../../model/describe.js';
import { writeModelFile } from '../../run/model-file.js';
import { formatCount } from '../../ui/format.js';
import { standardOutput } from '../../ui/output.js';
import { readNameMap } from './name-map.js';

interface ImportRequest extends Omit<ImportOptions, 'map'> {
  readonly file: string;
  readonly output: string;
  /** Path of a map of names. */
  readonly map: string | undefined;
  readonly overwrite: boolean;
  readonly json: boolean;
}

/** Runs the import command: writes a model file, and reports its origin on standard output. */
export async function importFile({ file, output, map, overwrite, json, ...options }: ImportRequest): Promise<void> {
  if (isFolder(output))
    throw new UserError('usage', `--output ${output} is a folder: the path of the model file to write is expected`);
  if (!overwrite && existsSync(output))
    throw new UserError('usage', `--output ${output} exists: replace it with --overwrite, or choose another name`);
  const imported = await importModel(file, { ...options, map: map === undefined ? undefined : readNameMap(map) });
  writeModelFile(output, imported.file);
  await (json
    ? standardOutput.write(jsonReport(file, output, imported))
    : standardOutput.line(textReport(file, output, imported)));
}

function textReport(
  file: string,
  output: string,
  { options, tokenizer, parameters, tensors, assumptions }: ImportedModel,
): string {
  const { embedding, head, vocabularySize } = options;
  const lines = [
    file,
    `${layersInWords(options)}, embedding ${embedding.size}, ` +
      `${formatCount(vocabularySize)} ${tokenizer.type} tokens, ${head.tie ? 'tied' : 'not tied'}`,
    '',
    ...table(tensors),
    '',
    ...assumptions.map((text) => `Assumed: ${text}`),
    `${output}: ${formatCount(parameters)} parameters`,
  ];
  return lines.join('\n');
}

/** A table of the file's names, our names, shapes and conversions; columns are as wide as necessary. */
function table(tensors: readonly ImportedTensor[]): string[] {
  const rows = tensors.map(({ theirs = '(none)', ours, shape, note }) => [oneLine(theirs), ours, shape.join(' x '), note]);
  const all = [['in the file', 'in Textloom', 'shape', ''], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]!.length)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** A name as one line, whatever characters it contains. */
const oneLine = (name: string) => terminalSafe(name).replace(/[\r\n\t]/g, ' ');

function jsonReport(
  file: string,
  output: string,
  { options, tokenizer, parameters, tensors, assumptions }: ImportedModel,
): string {
  const rows = tensors.map(({ theirs = null, ...rest }) => ({ theirs, ...rest }));
  return `${terminalSafeJson({ file, model: output, ...options, tokenizer: tokenizer.type, parameters, tensors: rows, assumptions })}\n`;
}
