/** What a page must write: the text of the library, and so of the command, with the same model. */
import { createTypedArrayEngine } from '../../../src/engine/typed-array/typed-array-engine.js';
import { openModel } from '../../../src/run/open-model.js';
import { createGenerator } from '../../../src/sample/generate.js';
import type { GenerationOptions } from '../../../src/sample/text-writer.js';

/** @param path of the model */
export async function expectedText(path: string, prompt: string, options: GenerationOptions): Promise<string> {
  const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
  const generator = createGenerator({ model: openModel(path, engine), engine });
  const read = await generator.read(prompt);
  let text = read.text;
  for await (const piece of generator.generate(read, { temperature: 0.8, maximumTokens: 120, ...options })) text += piece;
  engine.close();
  return text;
}

/** What a person enters in the form of the page, by the ids of its fields. */
export const pageSettings = { prompt: 'the ', temperature: '0.8', 'top-p': '1', seed: '1', length: '120', 'stop-text': '' };
