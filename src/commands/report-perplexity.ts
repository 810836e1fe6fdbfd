import { createTypedArrayEngine } from '../engine/typed-array/typed-array-engine.js';
import { UserError } from '../errors.js';
import { evaluatePerplexity, type Perplexity } from '../evaluate/perplexity.js';
import { type OpenedModel, openModel } from '../model/open-model.js';
import { terminalSafe, terminalSafeJson } from '../sample/terminal-safe.js';
import { readTextFile } from '../text/corpus.js';
import type { SplitName } from '../text/splits.js';
import { formatCount, formatPerplexity } from '../ui/format.js';
import { createTextOutput } from './text-output.js';

interface PerplexityRequest {
  /** Path of a model file, a checkpoint or a run directory. */
  readonly model: string;
  /** Path of a text file; without it, a split of the model's corpus. */
  readonly text: string | undefined;
  readonly split: SplitName | undefined;
  readonly json: boolean;
}

/** Carries out the evaluate-perplexity command: the result on standard output, progress on standard error if that is a terminal. */
export async function reportPerplexity({ model: path, text: file, split, json }: PerplexityRequest): Promise<void> {
  const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
  try {
    const model = openModel(path, engine);
    const subject =
      file === undefined
        ? await (await import('./evaluation-text.js')).corpusSplit(model, split)
        : { text: await readTextFile(file), name: file };
    const tokens = encode(model, subject);
    const result = await evaluatePerplexity({ model, engine, tokens, onProgress: progressOn(process.stderr) });
    const unknown = countUnknown(model, tokens);
    const report = json ? jsonReport(model, subject, result, unknown) : textReport(model, subject.name, result, unknown);
    const output = createTextOutput(process.stdout, () => performance.now());
    await output.write(report);
    await output.flush();
  } finally {
    engine.close();
  }
}

function encode({ tokenizer, path }: OpenedModel, { text, name }: { text: string; name: string }): Int32Array {
  try {
    return tokenizer.encode(text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('data', `${name} cannot be read by ${path}: ${error.message}`, { cause: error });
  }
}

/** Predicted tokens that are `<unk>`; undefined when the vocabulary has none. They are easier to predict than the words they hide. */
function countUnknown({ tokenizer }: OpenedModel, tokens: Int32Array): number | undefined {
  const { unknownId } = tokenizer.vocabulary;
  return unknownId === undefined ? undefined : tokens.subarray(1).reduce((count, id) => count + Number(id === unknownId), 0);
}

/** What a token is, where every token is the same amount of text. */
function unitOf({ tokenizer: { type } }: OpenedModel): 'character' | 'byte' | 'token' {
  return type === 'character' || type === 'byte' ? type : 'token';
}

function textReport(model: OpenedModel, name: string, result: Perplexity, unknown: number | undefined): string {
  const rows = [
    ['nats per token', result.natsPerToken.toFixed(4)],
    ['perplexity', formatPerplexity(result.perplexity)],
    [`bits per ${unitOf(model)}`, result.bitsPerToken.toFixed(4)],
    ['tokens', formatCount(result.tokens)],
    ...(unknown === undefined ? [] : [['of them <unk>', formatCount(unknown)]]),
  ] as const;
  const lines = rows.map(([label, value]) => `${label!.padEnd(20)}${value!.padStart(12)}`);
  return `${terminalSafe(`${model.path} on ${name}`)}\n${lines.join('\n')}\n`;
}

function jsonReport(
  model: OpenedModel,
  subject: { name: string; split?: SplitName },
  result: Perplexity,
  unknown: number | undefined,
): string {
  const { name, split } = subject;
  return `${terminalSafeJson({
    model: model.path,
    text: name,
    ...(split !== undefined && { split }),
    ...result,
    ...(unitOf(model) === 'character' && { bitsPerCharacter: result.bitsPerToken }),
    ...(unitOf(model) === 'byte' && { bitsPerByte: result.bitsPerToken }),
    ...(unknown !== undefined && { unknownTokens: unknown }),
  })}\n`;
}

/** Milliseconds between two words about progress. */
const INTERVAL = 200;

/** A line that counts up, on a terminal only and gone when done; no escape codes, so that any terminal will do. */
function progressOn(stream: NodeJS.WriteStream): (done: number, total: number) => Promise<void> {
  let due = performance.now() + INTERVAL;
  let shown = 0;
  return async (done, total) => {
    const now = performance.now();
    if (stream.isTTY && (now >= due || (done === total && shown > 0))) {
      const line = done === total ? '' : `evaluating: ${Math.floor((100 * done) / total)}% of ${formatCount(total)} tokens`;
      stream.write(`\r${line.padEnd(shown)}${line === '' ? '\r' : ''}`);
      shown = line.length;
    }
    if (now < due) return;
    due = now + INTERVAL;
    // Signals and the like have their turn.
    await new Promise((resolve) => void setImmediate(resolve));
  };
}
