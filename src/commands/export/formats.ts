import { existsSync, realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, resolve } from 'node:path';
import type { Engine } from '../../engine/engine.js';
import { type ExportedFile, exportSafetensors } from '../../export/safetensors-export.js';
import { UserError } from '../../foundation/errors.js';
import type { Direction } from '../../model/stacks.js';
import type { OpenedModel } from '../../run/open-model.js';
import { canRedraw } from '../../ui/colours.js';
import { formatSize, plural } from '../../ui/format.js';
import { standardError } from '../../ui/output.js';
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

/** What was written: for people, and as JSON. */
interface Report {
  readonly rows: Row[];
  readonly document: object;
}

/** A format to which models are exported. */
interface ExportFormat {
  /** Whether a bidirectional model is written as a whole, and not one of its stacks. */
  readonly isWhole: boolean;
  /** Appended to the path of the model, without its ending, where no output is given. */
  ending(request: ExportRequest): string;
  /** Checks, before any work is done, that the files can and may be written. @throws UserError usage */
  check(model: OpenedModel, path: string, request: ExportRequest): void | Promise<void>;
  write(model: OpenedModel, engine: Engine, path: string, request: ExportRequest): Promise<Report>;
}

export const formats: Readonly<Record<ExportTarget, ExportFormat>> = {
  onnx: { isWhole: false, ending: () => '.onnx', check: checkFile, write: exportAsOnnx },
  html: { isWhole: true, ending: () => '.html', check: checkFile, write: exportAsHtml },
  pytorch: {
    isWhole: false,
    ending: () => '-pytorch.safetensors',
    async check(model, path, { overwrite }) {
      const { pyTorchFiles } = await import('../../export/pytorch-export.js');
      checkFiles(model, Object.values(pyTorchFiles(model, path)), overwrite);
    },
    async write(model, _, path) {
      return reportOf((await import('../../export/pytorch-export.js')).exportPyTorch(model, path));
    },
  },
  safetensors: {
    isWhole: false,
    ending: () => '-weights.safetensors',
    check: checkFile,
    write: async (model, _, path) => reportOf(exportSafetensors(model, path)),
  },
  vectors: {
    isWhole: true,
    ending: ({ contextual }) => `${contextual ? '-contextual' : ''}.vec`,
    check: checkFile,
    async write(model, engine, path, { contextual }) {
      if (contextual) return exportContext(model, engine, path, contextual);
      return reportOf((await import('../../export/vectors-export.js')).exportVectors(model, path));
    },
  },
  hub: {
    isWhole: true,
    ending: () => '-hub',
    async check(model, path, { overwrite }) {
      (await import('./hub.js')).checkHubPlace(model.path, path, overwrite);
    },
    write: exportToHub,
  },
};

function checkFile(model: OpenedModel, path: string, { overwrite }: ExportRequest): void {
  checkFiles(model, [path], overwrite);
}

function checkFiles(model: OpenedModel, places: readonly string[], overwrite: boolean): void {
  for (const place of places) {
    checkFilePlace('--output', place);
    if (!existsSync(place)) continue;
    if (realpathSync(place) === realpathSync(model.path))
      throw new UserError('usage', `${place} is the model itself: give another --output`);
    if (!overwrite) throw new UserError('usage', `${place} exists: replace it with --overwrite, or give another --output`);
  }
}

function reportOf(files: readonly ExportedFile[]): Report {
  const rows = files.map(({ what, path, bytes }): Row => [what, `${path}, ${formatSize(bytes)}`]);
  return { rows, document: { files } };
}

/** Vectors of words in their contexts. */
async function exportContext(
  model: OpenedModel,
  engine: Engine,
  path: string,
  { text, words }: { text: string; words: readonly string[] },
): Promise<Report> {
  const { exportContextualVectors } = await import('../../export/contextual-vectors.js');
  const { readTextFile } = await import('../../text/corpus.js');
  const { fileName } = await import('../../text/reading/read-file.js');
  const lines = (await readTextFile(text)).replace(/\r?\n$/, '').split(/\r?\n/);
  const { what, bytes, found } = await exportContextualVectors({ model, engine, path, lines, words });
  const counts = Object.entries(found).map(([word, count]): Row => [word, `${plural(count, 'time')} in ${fileName(text)}`]);
  const rows: Row[] = [[what, `${path}, ${formatSize(bytes)}`], ...counts];
  return { rows, document: { files: [{ path, bytes, what }], found } };
}

async function exportAsOnnx(model: OpenedModel, engine: Engine, path: string, request: ExportRequest): Promise<Report> {
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

async function exportAsHtml(model: OpenedModel, engine: Engine, path: string, request: ExportRequest): Promise<Report> {
  const { exportHtml } = await import('../../export/html-export.js');
  const { measuringText } = await import('./export-text.js');
  const { precision: weights, training, text } = request;
  const measured = weights === 'float32' ? undefined : await measuringText(model, text);
  const title = titleOf(request.model);
  const result = await exportHtml({ model, engine, path, weights, training, title, tokens: measured?.tokens });
  return { rows: htmlRows(result, measured), document: htmlJson(result, measured) };
}

async function exportToHub(
  model: OpenedModel,
  engine: Engine,
  path: string,
  { model: given, hub }: ExportRequest,
): Promise<Report> {
  const { exportAsHub } = await import('./hub.js');
  return exportAsHub(model.path, engine, path, { ...hub!, name: titleOf(given) });
}

/** The heading of a page or a card: the name of the run directory or of the file. */
function titleOf(path: string): string {
  const name = basename(resolve(path), '.safetensors');
  return name === 'model' ? basename(dirname(resolve(path))) : name;
}
