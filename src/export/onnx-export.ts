import { createHash } from 'node:crypto';
import type { Engine } from '../engine/engine.js';
import { loadOnnxRuntime } from '../engine/onnxruntime/load-onnxruntime.js';
import { openRunnableModel, type RunnableModel } from '../engine/onnxruntime/run-model.js';
import { evaluatePerplexity } from '../evaluate/perplexity.js';
import { writeFileAtomically } from '../files/atomic-file.js';
import { checkSignal } from '../foundation/arguments.js';
import { UserError } from '../foundation/errors.js';
import type { Abortable } from '../foundation/next-turn.js';
import type { JsonValue } from '../foundation/strict-json.js';
import { architectureOf } from '../model/architecture.js';
import { encodeModel } from '../onnx/encode-model.js';
import { type OnnxGraph, OPSET } from '../onnx/model.js';
import { onnxMetadata } from '../run/onnx-metadata.js';
import type { OpenedModel } from '../run/open-model.js';
import { toFloat16 } from './float16.js';
import { toInt8 } from './int8.js';
import { defaultForm, type OnnxForm, onnxGraph } from './onnx-graph.js';
import { type Agreement, compareWithCore } from './verify-onnx.js';

/** The largest size of a Protocol Buffers message. */
const MOST_BYTES = 2_147_483_647;
/** The largest allowed difference between a float32 export and the model: see `Agreement`. */
export const TOLERANCE = 1e-4;

export type OnnxPrecision = 'float32' | 'float16' | 'int8';

export interface OnnxExportOptions extends Abortable {
  readonly model: OpenedModel;
  /** The engine whose memory contains the model: the typed-array engine, with one shard. */
  readonly engine: Engine;
  readonly path: string;
  readonly form: OnnxForm | 'auto';
  readonly precision: OnnxPrecision;
  /** Whether onnxruntime must reproduce the model's logits before anything is written; needs the optional package. */
  readonly verify: boolean;
  /** A text of at least two tokens, on which another precision is measured when the export is verified. */
  readonly tokens?: Int32Array | undefined;
  /** Threads of onnxruntime. */
  readonly threads: number;
}

/** The written file and its quality. */
export interface OnnxExport {
  readonly path: string;
  readonly bytes: number;
  readonly opset: number;
  readonly form: OnnxForm;
  readonly precision: OnnxPrecision;
  /** Difference of the file's logits from the model's; absent when the export was not verified. */
  readonly agreement?: Agreement;
  /** For another precision than float32: the same graph in float32, which must agree with the model. */
  readonly float32?: { readonly bytes: number; readonly agreement?: Agreement };
  /** The cost of the precision: perplexities of the text in float32 and in the file, both computed by onnxruntime. */
  readonly perplexity?: { readonly tokens: number; readonly float32: number; readonly exported: number };
}

/**
 * Writes a model as one .onnx file that needs no other file: weights, config and tokenizer (`onnx-metadata.ts`). `onnxGraph` describes its
 * inputs and outputs. The file appears at its path only when everything has succeeded.
 *
 * @throws UserError usage when the package for verification is not installed or the cell has no such form, `model` when onnxruntime's
 *   results differ from the model's, `disk` when the file cannot be written
 */
export async function exportOnnx(options: OnnxExportOptions): Promise<OnnxExport> {
  const { model, path, precision, verify } = options;
  checkSignal(options.signal);
  checkPrecision(options);
  if (verify) await requireOnnxRuntime();
  const form = options.form === 'auto' ? defaultForm(model) : options.form;
  const graph = onnxGraph(model, form);
  const encode = (variant: OnnxGraph, name: OnnxPrecision) => {
    checkSize(variant);
    return encodeModel({ opset: OPSET, graph: variant, metadata: metadataOf(model, form, name), sealed: true });
  };
  const plain = encode(graph, 'float32');
  const bytes = precision === 'float32' ? plain : encode(precision === 'float16' ? toFloat16(graph) : toInt8(graph), precision);
  const { float32, ...quality } = verify ? await measure(options, plain, bytes) : ({} as Quality);
  writeFileAtomically(path, (append) => append(bytes));
  const twin = precision === 'float32' ? {} : { float32: { bytes: plain.length, ...(float32 && { agreement: float32 }) } };
  return { path, bytes: bytes.length, opset: OPSET, form, precision, ...quality, ...twin };
}

/** @throws UserError usage for a precision in which the model cannot be computed */
function checkPrecision({ model, precision }: OnnxExportOptions): void {
  if (precision !== 'float16' || !architectureOf(model.options).memory) return;
  const head = `the head ${model.options.head.type} remembers the numbers of tokens, which float16 cannot hold exactly`;
  throw new UserError('usage', `--precision float16: ${head}; use float32 or int8`);
}

async function requireOnnxRuntime(): Promise<void> {
  try {
    await loadOnnxRuntime();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const way = 'An export is verified by running it; --no-verify writes it without';
    throw new UserError('usage', `${error.message}. ${way}.`, { cause: error });
  }
}

interface Quality extends Pick<OnnxExport, 'agreement' | 'perplexity'> {
  /** The agreement of the same graph in float32, where the file has another precision. */
  readonly float32?: Agreement;
}

/** Runs the graphs that will be written: the float32 form must agree with the model; another precision is measured. */
async function measure(options: OnnxExportOptions, plain: Uint8Array, bytes: Uint8Array): Promise<Quality> {
  const { model, engine, precision, tokens, threads, signal } = options;
  const perplexityIn = async (name: OnnxPrecision, exported: RunnableModel) => {
    const network = { options: model.options, precision: name, exported };
    return (await evaluatePerplexity({ model: network, engine, tokens: tokens!, signal })).perplexity;
  };
  return withModel(plain, threads, async (float32) => {
    const agreement = await compareWithCore(model, engine, float32, signal);
    if (!(agreement.difference <= TOLERANCE)) throw disagreement(agreement);
    if (precision === 'float32') return { agreement };
    return withModel(bytes, threads, async (exported) => {
      const own = await compareWithCore(model, engine, exported, signal);
      if (!Number.isFinite(own.difference))
        throw new UserError(
          'model',
          `in ${precision} the model computes values that are not numbers (${own.where}): nothing was written`,
        );
      const perplexity = tokens && {
        tokens: tokens.length - 1,
        float32: await perplexityIn('float32', float32),
        exported: await perplexityIn(precision, exported),
      };
      return { agreement: own, float32: agreement, ...(perplexity && { perplexity }) };
    });
  });
}

async function withModel<T>(bytes: Uint8Array, threads: number, use: (model: RunnableModel) => Promise<T>): Promise<T> {
  const model = await openRunnableModel(bytes, { threads });
  try {
    return await use(model);
  } finally {
    await model.close();
  }
}

function disagreement({ difference, where }: Agreement): UserError {
  const found = `the logits of onnxruntime differ from those of the model by ${difference.toExponential(1)} of the largest one`;
  const remedy = 'Nothing was written. Try the other --form, or write it unverified with --no-verify';
  return new UserError('model', `${found} (${where}), and ${TOLERANCE} is allowed. ${remedy}.`);
}

function checkSize({ initializers }: OnnxGraph): void {
  const bytes = initializers.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes < MOST_BYTES - 64 * 1024 * 1024) return;
  throw new UserError(
    'usage',
    `an .onnx file ends at 2 GiB, and the weights take ${bytes} bytes; use --precision float16 or int8`,
  );
}

function metadataOf({ config, tokenizer, training, table, arena }: OpenedModel, form: OnnxForm, precision: OnnxPrecision) {
  const digest = createHash('sha256');
  for (const { offset, length } of table.entries) digest.update(arena.subarray(offset, offset + length));
  return onnxMetadata({
    config,
    tokenizer: tokenizer.toJSON() as unknown as JsonValue,
    training,
    form,
    precision,
    parametersDigest: digest.digest('hex'),
  });
}
