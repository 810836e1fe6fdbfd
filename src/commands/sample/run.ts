import { UserError } from '../../foundation/errors.js';
import { directionOf } from '../../model/stacks.js';
import type { LanguageModel } from '../../model/window-programs.js';
import { createGenerator } from '../../sample/generate.js';
import { standardError, standardOutput } from '../../ui/output.js';
import { openInference } from '../shared/inference.js';
import { promptReader, withUnknownRemedy } from '../shared/readable-texts.js';
import { createTextOutput } from '../shared/text-output.js';
import type { SampleRequest } from './request.js';
import { createTextMaker } from './text-makers.js';
import { generationOptions } from './text-options.js';
import { createTextReport } from './text-report.js';

/** The most prompts that are read together, because waiting prompts take memory. */
const TOGETHER = 128;

/** Runs the sample command; texts go to standard output. */
export async function writeSamples(request: SampleRequest): Promise<void> {
  const { model, engine, close } = await openInference(request.model, request.engine);
  try {
    refuseFromEnd(model, { '--show-probabilities': request.probabilities, '--show-attention': request.attention });
    const generator = createGenerator({ model, engine });
    const options = await generationOptions(request.text, model);
    const maker = await createTextMaker({ model, engine, generator }, request, options);
    const output = createTextOutput(standardOutput);
    const attention = request.attention
      ? (await import('./attention-report.js')).attentionReader({ model, engine })
      : undefined;
    const report =
      request.format === 'json'
        ? (await import('./json-report.js')).createJsonReport(output, model, request, attention)
        : await createTextReport(output, model, request, attention);

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

/**
 * Refuses flags that show a text while it is written, with a model that writes from the end.
 * @throws UserError usage naming the flag
 */
export function refuseFromEnd({ options, path }: LanguageModel, flags: Readonly<Record<string, boolean>>): void {
  const given = Object.keys(flags).find((flag) => flags[flag]);
  if (given === undefined || directionOf(options) === 'forward') return;
  throw new UserError(
    'usage',
    `${given} and ${path}: this model reads backward, and writes a text from its end; leave ${given} out`,
  );
}

/** Shows a notice to the user. */
export const tellNotice = (message: string) => void standardError.line(message);

/** Adds to an error in a prompt that the prompt is its cause. */
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
