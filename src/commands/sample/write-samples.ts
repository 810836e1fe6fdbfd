import { UserError } from '../../errors.js';
import type { TextSink } from '../../sample/batch.js';
import { createGenerator, type ReadPrompt } from '../../sample/generate.js';
import type { GenerationSummary, WrittenToken } from '../../sample/text-writer.js';
import { standardError, standardOutput } from '../../ui/output.js';
import { openInference } from '../inference.js';
import { promptReader, withUnknownRemedy } from '../readable-texts.js';
import { createTextOutput } from '../text-output.js';
import type { SampleRequest } from './request.js';
import { createTextMaker } from './text-makers.js';
import { generationOptions } from './text-options.js';
import { createTextReport } from './text-report.js';

/** Prompts that are read together at most: what waits for its turn takes memory. */
const TOGETHER = 128;

/** A text's end: of those that were drawn with its stream of the seed, of those that were searched for with its score. */
export interface TextResult extends GenerationSummary {
  readonly stream?: number;
  readonly score?: number;
}

/** What shows the texts that are made, be it one by one or mixed. Texts are numbered: all of the first prompt, all of the second, ... */
export interface SampleReport extends TextSink {
  /** The prompts of the texts that come next, which are numbered from 0 again. */
  begin(prompts: readonly ReadPrompt[]): void | Promise<void>;
  /** Comes before the text that it is a part of. */
  token(text: number, token: WrittenToken): void;
  /** @param result undefined when there is no such text: a search has found fewer. */
  end(text: number, result: TextResult | undefined): boolean | Promise<boolean>;
  /** After the last text. */
  close(): void | Promise<void>;
}

/** Carries out the sample command on standard output. */
export async function writeSamples(request: SampleRequest): Promise<void> {
  const { model, engine, close } = await openInference(request.model, request.engine);
  try {
    const generator = createGenerator({ model, engine });
    const options = await generationOptions(request.text, model.tokenizer);
    const maker = await createTextMaker({ model, engine, generator }, request, options);
    const output = createTextOutput(standardOutput);
    const report =
      request.format === 'json'
        ? (await import('./json-report.js')).createJsonReport(output, model, request)
        : await createTextReport(output, model.tokenizer, request);

    const { texts } = request.prompts;
    const prepare = promptReader(model.tokenizer, request.unknown, tellNotice);
    for (let first = 0; first < texts.length; first += TOGETHER) {
      const prompts = await readable(async () => maker.read(texts.slice(first, first + TOGETHER).map(prepare)));
      await report.begin(prompts);
      await maker.write(prompts, report);
      if (!(await output.flush())) return;
    }
    await report.close();
    await output.flush();
  } finally {
    close();
  }
}

/** For whoever runs the command. */
export const tellNotice = (message: string) => void standardError.line(message);

/** Says of an error in a prompt that it is one. */
export async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof UserError) || error.kind !== 'data') throw error;
    throw withUnknownRemedy(
      new UserError('data', `the prompt cannot be read by this model: ${error.message}`, { cause: error }),
    );
  }
}
