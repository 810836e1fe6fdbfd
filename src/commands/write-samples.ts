import { UserError } from '../errors.js';
import { openModel } from '../model/open-model.js';
import {
  createGenerator,
  type GenerationOptions,
  type GenerationSummary,
  type ReadPrompt,
  type TextGenerator,
} from '../sample/generate.js';
import { createTerminalSafeStream, terminalSafeJson } from '../sample/terminal-safe.js';
import type { EngineChoice } from './engine-flag.js';
import { openInferenceEngine } from './inference-engine.js';
import { createTextOutput, type TextOutput } from './text-output.js';

export interface SampleRequest {
  /** Path of a model file, a checkpoint or a run directory. */
  readonly model: string;
  readonly engine: EngineChoice;
  readonly prompt: string;
  readonly samples: number;
  /** For each sample; the i-th, counted from 0, uses stream i of the seed. */
  readonly generation: GenerationOptions;
  /** `text`: the prompt and what follows it, harmless to a terminal; `raw`: the same as it is; `json`: one document at the end. */
  readonly format: 'text' | 'raw' | 'json';
}

/** Carries out the sample command on standard output. */
export async function writeSamples(request: SampleRequest): Promise<void> {
  const engine = await openInferenceEngine(request.engine);
  try {
    const model = openModel(request.model, engine);
    const generator = createGenerator({ model, engine });
    const prompt = await readPrompt(generator, request.prompt);
    const output = createTextOutput(process.stdout, () => performance.now());
    if (request.format === 'json') await writeJson(output, generator, prompt, model.path, request);
    else await writeTexts(output, generator, prompt, request);
  } finally {
    engine.close();
  }
}

async function readPrompt(generator: TextGenerator, text: string): Promise<ReadPrompt> {
  try {
    return await generator.read(text);
  } catch (error) {
    if (!(error instanceof UserError) || error.kind !== 'data') throw error;
    throw new UserError('data', `the prompt cannot be read by this model: ${error.message}`, { cause: error });
  }
}

async function writeTexts(
  output: TextOutput,
  generator: TextGenerator,
  prompt: ReadPrompt,
  request: SampleRequest,
): Promise<void> {
  const { samples, generation, format } = request;
  for (let sample = 0; sample < samples; sample++) {
    const safe = format === 'raw' ? { push: (text: string) => text, end: () => '' } : createTerminalSafeStream();
    let last = '';
    const show = (text: string) => {
      last = text === '' ? last : text;
      return output.write(text);
    };
    if (samples > 1) await show(`${sample > 0 ? '\n' : ''}--- sample ${sample + 1} of ${samples} ---\n`);
    await show(safe.push(prompt.text));
    for await (const piece of generator.generate(prompt, { ...generation, stream: sample })) {
      if (!(await show(safe.push(piece)))) return;
    }
    await show(safe.end());
    if (!last.endsWith('\n')) await show('\n');
  }
  await output.flush();
}

async function writeJson(
  output: TextOutput,
  generator: TextGenerator,
  prompt: ReadPrompt,
  model: string,
  { samples, generation }: SampleRequest,
): Promise<void> {
  const texts: (GenerationSummary & { text: string; stream: number })[] = [];
  for (let stream = 0; stream < samples; stream++) {
    const pieces = generator.generate(prompt, { ...generation, stream });
    let text = '';
    let piece = await pieces.next();
    for (; !piece.done; piece = await pieces.next()) text += piece.value;
    texts.push({ text, stream, ...piece.value });
  }
  const { stream: _, ...options } = generation;
  await output.write(`${terminalSafeJson({ model, prompt: prompt.text, ...options, samples: texts })}\n`);
  await output.flush();
}
