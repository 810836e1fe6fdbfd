import { openRunnableModel, type RunnableModel, type RunOptions } from '../engine/onnxruntime/run-model.js';
import { readBytes } from '../files/read-bytes.js';
import { UserError } from '../foundation/errors.js';
import { architectureOf } from '../model/architecture.js';
import type { ExportedNetwork } from '../model/exported-network.js';
import { parameterTable } from '../model/parameter-table.js';
import type { ModelOptions } from '../model/specification.js';
import { graphWork } from '../onnx/graph-work.js';
import type { OnnxValue } from '../onnx/model.js';
import type { GraphWork } from '../onnx/operator-rules.js';
import { type FileGraph, readGraph } from '../onnx/read-graph.js';
import { type OnnxModelInfo, readOnnxModelInfo } from './onnx-metadata.js';

/** An opened .onnx export. onnxruntime computes it, whichever engine provides the memory. */
export interface OpenedExport extends OnnxModelInfo, ExportedNetwork {
  close(): Promise<void>;
}

/** The largest size of a Protocol Buffers message. */
const MOST_BYTES = 2_147_483_647;

/**
 * Opens an exported file, which needs no other file. Nothing in it is trusted. These are checked before onnxruntime reads it: its checksum;
 * that it has only operators that exports have; and that it has the inputs and outputs that its config implies. Before each run with a new
 * batch size or number of steps, a check ensures that its values are not much larger than those of an export.
 *
 * @throws UserError `model` when there is no such file or it is invalid; `usage` when the optional package is missing
 */
export async function openExport(path: string, options: RunOptions = {}): Promise<OpenedExport> {
  const { bytes, info, graph } = readExport(path);
  const { run, close } = await computing(path, () => openRunnableModel(bytes, options));
  const checked = new Set<string>();
  const checkedRun: RunnableModel['run'] = (inputs) => {
    const [batch, time] = inputs.tokens!.shape as [number, number];
    const size = `${batch} ${time}`;
    if (!checked.has(size)) checkWork(path, graph, info.options, batch, time);
    checked.add(size);
    return computing(path, () => run(inputs));
  };
  return { ...info, exported: { run: checkedRun, close }, close };
}

/**
 * Reads and checks an exported file without running it.
 *
 * @throws UserError `model` when there is no such file or it is invalid
 */
export function readExport(path: string): { bytes: Uint8Array; info: OnnxModelInfo; graph: FileGraph } {
  const bytes = readBytes(path, MOST_BYTES);
  const info = readOnnxModelInfo(path, bytes);
  return { bytes, info, graph: checkedGraph(path, bytes, info.options) };
}

/** An error of onnxruntime is reported as a defect of the file. */
async function computing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = (error as Error).message.replaceAll(/\s+/g, ' ').slice(0, 300);
    throw new UserError('model', `${path} cannot be computed by onnxruntime: ${reason}`, { cause: error });
  }
}

function checkedGraph(path: string, bytes: Uint8Array, options: ModelOptions): FileGraph {
  const fail = foreignFile(path);
  const graph = withoutRangeErrors(fail, () => readGraph(bytes));
  const { vocabularySize: V } = options;
  const { states } = architectureOf(options);
  const state = (prefix: string) =>
    states.map(({ name, columns }): OnnxValue => ({ name: prefix + name, type: 'float32', shape: ['batch', columns] }));
  checkValues(graph.inputs, [{ name: 'tokens', type: 'int64', shape: ['batch', 'time'] }, ...state('')], fail);
  checkValues(graph.outputs, [{ name: 'logits', type: 'float32', shape: ['batch', 'time', V] }, ...state('next.')], fail);
  checkWork(path, graph, options, 1, 1);
  return graph;
}

function foreignFile(path: string) {
  return (problem: string): never => {
    throw new UserError('model', `${path} is no export of Textloom's: ${problem}`);
  };
}

function withoutRangeErrors<T>(fail: (problem: string) => never, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return fail(error.message);
  }
}

/** The allowed work of a file, as a multiple of the work of our own graphs. */
const MOST_WORK = 2;

/**
 * Refuses a graph if one run needs much more memory or time than an export of such a model: allowed operators can make huge values of small
 * ones (Concat of a value with itself, Mul of a column by a row).
 */
function checkWork(path: string, graph: FileGraph, options: ModelOptions, batch: number, time: number): void {
  const fail = foreignFile(path);
  const states = architectureOf(options).states.map(({ name, columns }) => [name, [batch, columns]] as const);
  const work = withoutRangeErrors(fail, () => graphWork(graph, { tokens: [batch, time], ...Object.fromEntries(states) }));
  const usual = usualWork(options, batch, time);
  for (const kind of ['elements', 'multiplications'] as const) {
    const limit = MOST_WORK * usual[kind];
    if (!(work[kind] <= limit))
      fail(`for batch ${batch} and time ${time} it computes ${work[kind]} ${kind}, and ${limit} are allowed for its config`);
  }
}

/** The approximate work of one run of an export: weights once (int8 widens and transposes them), and all values of each token. */
function usualWork(options: ModelOptions, batch: number, time: number): GraphWork {
  const { vocabularySize: V, embedding, layers } = options;
  const { layers: placed, states, hiddenSize: H } = architectureOf(options);
  const { count, bufferCount } = parameterTable(options);
  const parameters = count + bufferCount;
  const tokens = batch * time;
  const columns = [
    ...placed.map(({ size, outputSize }) => Math.max(size, outputSize)),
    ...states.map((state) => state.columns),
  ].reduce((sum, size) => sum + size, 0);
  const steps = (tokens + time + batch) * (5 * V + 5 * embedding.size + 25 * columns);
  return { elements: parameters + steps + 1000 * layers.length, multiplications: tokens * (parameters + V * H) };
}

function checkValues(found: readonly OnnxValue[], wanted: readonly OnnxValue[], fail: (problem: string) => never): void {
  const shown = ({ name, type, shape }: OnnxValue) => `${name} ${type}[${shape.join(', ')}]`;
  if (found.length !== wanted.length) fail(`it has ${found.length} inputs or outputs where its config needs ${wanted.length}`);
  for (const [i, value] of wanted.entries()) {
    const own = shown(found[i]!).slice(0, 100);
    if (own !== shown(value)) fail(`${JSON.stringify(own)} stands where its config needs ${shown(value)}`);
  }
}
