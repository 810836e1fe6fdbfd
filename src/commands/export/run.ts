import { existsSync, realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, resolve } from 'node:path';
import type { Engine } from '../../engine/engine.js';
import { createTypedArrayEngine } from '../../engine/typed-array/typed-array-engine.js';
import { type ExportedFile, exportSafetensors } from '../../export/safetensors-export.js';
import { UserError } from '../../foundation/errors.js';
import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import { type Direction, directionOf } from '../../model/stacks.js';
import { type OpenedModel, openModel } from '../../run/open-model.js';
import { canRedraw } from '../../ui/colours.js';
import { formatSize, plural } from '../../ui/format.js';
import { standardError, standardOutput } from '../../ui/output.js';
import { startSpinner } from '../../ui/spinner.js';
import { checkFilePlace } from '../shared/flags.js';
import type { ExportTarget } from './arguments.js';
import { htmlJson, htmlRows, onnxJson, onnxRows, type Row } from './export-report.js';
import type { HubRequest } from './hub-request.js';

export interface ExportRequest {
  /** Path of a model file, a checkpoint or a run directory. */
  readonly model: string;
  readonly to: ExportTarget;
  readonly output: string | undefined;
  readonly form: 'auto' | 'operators' | 'scan';
  readonly precision: 'float32' | 'float16' | 'int8';
  /** Path of a text file on which another precision is measured. */
  readonly text: string | undefined;
  readonly verify: boolean;
  /** Whether a network can learn in a page. */
  readonly training: boolean;
  /** Which stack of a bidirectional model is written; undefined where none was chosen. */
  readonly direction: Direction | undefined;
  /** Words whose vectors in the lines of a text file are written, instead of the embedding. */
  readonly contextual: { readonly text: string; readonly words: readonly string[] } | undefined;
  /** Licences and other statements for the Hub; undefined for other formats. */
  readonly hub: HubRequest | undefined;
  readonly overwrite: boolean;
  readonly json: boolean;
}

/** Runs the export command: writes files, and a table or a JSON document about them to standard output. */
export async function writeExport(request: ExportRequest): Promise<void> {
  const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
  try {
    const { to, contextual } = request;
    const whole = openModel(request.model, engine);
    const model = chosenStack(whole, request.direction);
    const path = request.output ?? defaultPath(model, request);
    await checkPlaces(model, path, request);
    const isStack = whole.backward !== undefined && !['vectors', 'html', 'hub'].includes(to);
    const { rows, document } = contextual
      ? await exportContext(whole, engine, path, contextual)
      : to === 'onnx'
        ? await exportAsOnnx(model, engine, path, request)
        : to === 'html'
          ? await exportAsHtml(whole, engine, path, request)
          : to === 'hub'
            ? await exportToHub(whole, engine, path, request)
            : await exportFiles(model, path, to);
    const direction = directionOf(model.options);
    if (isStack) rows.push(['direction', `${direction}, one of the two stacks of this model (--direction)`]);
    const about = { model: model.path, to, ...(isStack && { direction }) };
    const lines = rows.map(([label, value]) => `${label.padEnd(16)}${value}`);
    await (request.json
      ? standardOutput.write(`${terminalSafeJson({ ...about, ...document })}\n`)
      : standardOutput.line(lines.join('\n')));
  } finally {
    engine.close();
  }
}

/** The stack to write. @throws UserError usage for one that the model does not have */
function chosenStack(model: OpenedModel, direction: Direction | undefined): OpenedModel {
  const own = directionOf(model.options);
  if (direction === undefined || direction === own) return model;
  if (model.backward) return model.backward;
  throw new UserError('usage', `--direction ${direction} and ${model.path}: this model reads only ${own}; leave it out`);
}

/** Vectors of words in their contexts. */
async function exportContext(
  model: OpenedModel,
  engine: Engine,
  path: string,
  { text, words }: { text: string; words: readonly string[] },
) {
  const { exportContextualVectors } = await import('../../export/contextual-vectors.js');
  const { readTextFile } = await import('../../text/corpus.js');
  const { fileName } = await import('../../text/reading/read-file.js');
  const lines = (await readTextFile(text)).replace(/\r?\n$/, '').split(/\r?\n/);
  const { what, bytes, found } = await exportContextualVectors({ model, engine, path, lines, words });
  const counts = Object.entries(found).map(([word, count]): Row => [word, `${plural(count, 'time')} in ${fileName(text)}`]);
  const rows: Row[] = [[what, `${path}, ${formatSize(bytes)}`], ...counts];
  return { rows, document: { files: [{ path, bytes, what }], found } };
}

async function exportAsOnnx(model: OpenedModel, engine: Engine, path: string, request: ExportRequest) {
  const { exportOnnx } = await import('../../export/onnx-export.js');
  const { measuringText } = await import('./export-text.js');
  const { form, precision, verify, text } = request;
  const measured = verify && precision !== 'float32' ? await measuringText(model, text) : undefined;
  const threads = availableParallelism();
  const spinner =
    verify && canRedraw(standardError) ? await startSpinner('running it with onnxruntime', standardError) : undefined;
  try {
    const result = await exportOnnx({ model, engine, path, form, precision, verify, tokens: measured?.tokens, threads });
    return { rows: onnxRows(result, measured), document: onnxJson(result, measured) };
  } finally {
    spinner?.stop();
  }
}

async function exportAsHtml(model: OpenedModel, engine: Engine, path: string, request: ExportRequest) {
  const { exportHtml } = await import('../../export/html-export.js');
  const { measuringText } = await import('./export-text.js');
  const { precision: weights, training, text } = request;
  const measured = weights === 'float32' ? undefined : await measuringText(model, text);
  const title = titleOf(request.model);
  const result = await exportHtml({ model, engine, path, weights, training, title, tokens: measured?.tokens });
  return { rows: htmlRows(result, measured), document: htmlJson(result, measured) };
}

async function exportToHub(model: OpenedModel, engine: Engine, path: string, { model: given, hub }: ExportRequest) {
  const { exportAsHub } = await import('./hub.js');
  return exportAsHub(model.path, engine, path, { ...hub!, name: titleOf(given) });
}

/** The heading of a page or a card: the name of the run directory or of the file. */
function titleOf(path: string): string {
  const name = basename(resolve(path), '.safetensors');
  return name === 'model' ? basename(dirname(resolve(path))) : name;
}

type FileTarget = Exclude<ExportTarget, 'onnx' | 'html' | 'hub'>;

/** The formats that contain only weights: they need no computation. */
async function exportFiles(model: OpenedModel, path: string, to: FileTarget) {
  const files = await writeFiles(model, path, to);
  const rows = files.map(({ what, path: file, bytes }): Row => [what, `${file}, ${formatSize(bytes)}`]);
  return { rows, document: { files } };
}

async function writeFiles(model: OpenedModel, path: string, to: FileTarget): Promise<readonly ExportedFile[]> {
  if (to === 'safetensors') return exportSafetensors(model, path);
  if (to === 'vectors') return (await import('../../export/vectors-export.js')).exportVectors(model, path);
  return (await import('../../export/pytorch-export.js')).exportPyTorch(model, path);
}

/** A path in the model's folder that differs from the model's own. */
function defaultPath({ path }: OpenedModel, { to, direction, contextual }: ExportRequest): string {
  const base = path.replace(/\.safetensors$/, direction === undefined ? '' : `-${direction}`);
  return {
    onnx: `${base}.onnx`,
    html: `${base}.html`,
    pytorch: `${base}-pytorch.safetensors`,
    safetensors: `${base}-weights.safetensors`,
    vectors: `${base}${contextual ? '-contextual' : ''}.vec`,
    hub: `${base}-hub`,
  }[to];
}

/** Checks, before any work is done, that the files can and may be written. @throws UserError usage */
async function checkPlaces(model: OpenedModel, path: string, { to, overwrite }: ExportRequest): Promise<void> {
  if (to === 'hub') (await import('./hub.js')).checkHubPlace(model.path, path, overwrite);
  const places: string[] =
    to === 'hub'
      ? []
      : to === 'pytorch'
        ? Object.values((await import('../../export/pytorch-export.js')).pyTorchFiles(model, path))
        : [path];
  for (const place of places) {
    checkFilePlace('--output', place);
    if (!existsSync(place)) continue;
    if (realpathSync(place) === realpathSync(model.path))
      throw new UserError('usage', `${place} is the model itself: give another --output`);
    if (!overwrite) throw new UserError('usage', `${place} exists: replace it with --overwrite, or give another --output`);
  }
}
