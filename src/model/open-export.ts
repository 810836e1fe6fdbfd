import { readBytes } from '../checkpoint/read-bytes.js';
import { openRunnableModel, type RunOptions } from '../engine/onnxruntime/run-model.js';
import { UserError } from '../errors.js';
import type { OnnxValue } from '../onnx/model.js';
import { type GraphSummary, readGraph } from '../onnx/read-graph.js';
import type { ExportedNetwork } from './exported-network.js';
import { stateNames } from './language-model.js';
import { type OnnxModelInfo, readOnnxModelInfo } from './onnx-metadata.js';
import type { ModelOptions } from './parameter-table.js';

/** An exported .onnx file, ready to compute with: onnxruntime does it, whatever engine is there for memory. */
export interface OpenedExport extends OnnxModelInfo, ExportedNetwork {
  close(): Promise<void>;
}

/** Protocol Buffers end here. */
const MOST_BYTES = 2_147_483_647;

/** All that an export consists of. None of these makes much of little, or reaches beyond the file. */
const operators = new Set(
  (
    'Add Cast Concat DequantizeLinear DynamicQuantizeLinear Gather Gemm GRU Identity LSTM MatMulInteger Mul Relu Reshape RNN ' +
    'Scan Shape Sigmoid Slice Split Squeeze Sub Tanh Transpose Unsqueeze'
  ).split(' '),
);

/**
 * Opens an exported file, which needs nothing else. Nothing in it is trusted: before onnxruntime sees it, its checksum, and that it
 * is made of what exports are made of, with the inputs and outputs that its config asks for.
 *
 * @throws UserError `model` when there is no such file, or what is wrong with it; `usage` when the optional package is not there
 */
export async function openExport(path: string, options: RunOptions): Promise<OpenedExport> {
  const { bytes, info } = readExport(path);
  const { run, close } = await computing(path, () => openRunnableModel(bytes, options));
  return { ...info, exported: { run: (inputs) => computing(path, () => run(inputs)), close }, close };
}

/**
 * Reads and checks an exported file without running it.
 *
 * @throws UserError `model` when there is no such file, or what is wrong with it
 */
export function readExport(path: string): { bytes: Uint8Array; info: OnnxModelInfo; graph: GraphSummary } {
  const bytes = readBytes(path, MOST_BYTES);
  const info = readOnnxModelInfo(path, bytes);
  return { bytes, info, graph: checkedGraph(path, bytes, info.options) };
}

/** What onnxruntime cannot do with a file is the file's fault. */
async function computing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = (error as Error).message.replaceAll(/\s+/g, ' ').slice(0, 300);
    throw new UserError('model', `${path} cannot be computed by onnxruntime: ${reason}`, { cause: error });
  }
}

function checkedGraph(path: string, bytes: Uint8Array, options: ModelOptions): GraphSummary {
  const fail = (problem: string): never => {
    throw new UserError('model', `${path} is no export of Textloom's: ${problem}`);
  };
  const graph = graphOf(bytes, fail);
  const foreign = [...graph.operators].find((type) => !operators.has(type));
  if (foreign !== undefined) fail(`it has an operator that none of ours has: ${JSON.stringify(foreign.slice(0, 40))}`);

  const { vocabularySize: V, hiddenSize: H } = options;
  const states = stateNames(options);
  const state = (name: string): OnnxValue => ({ name, type: 'float32', shape: ['batch', H] });
  checkValues(graph.inputs, [{ name: 'tokens', type: 'int64', shape: ['batch', 'time'] }, ...states.map(state)], fail);
  const next = states.map((name) => state(`next.${name}`));
  checkValues(graph.outputs, [{ name: 'logits', type: 'float32', shape: ['batch', 'time', V] }, ...next], fail);
  return graph;
}

function graphOf(bytes: Uint8Array, fail: (problem: string) => never): GraphSummary {
  try {
    return readGraph(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return fail(error.message);
  }
}

function checkValues(found: readonly OnnxValue[], wanted: readonly OnnxValue[], fail: (problem: string) => never): void {
  const shown = ({ name, type, shape }: OnnxValue) => `${name} ${type}[${shape.join(', ')}]`;
  if (found.length !== wanted.length) fail(`it has ${found.length} inputs or outputs where its config needs ${wanted.length}`);
  for (const [i, value] of wanted.entries()) {
    const own = shown(found[i]!).slice(0, 100);
    if (own !== shown(value)) fail(`${JSON.stringify(own)} stands where its config needs ${shown(value)}`);
  }
}
