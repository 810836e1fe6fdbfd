import type { TextGenerator } from '../../src/sample/generate.js';
import type { GenerationOptions, GenerationSummary } from '../../src/sample/text-writer.js';

/** Writes a text to its end. */
export async function writeText(
  generator: TextGenerator,
  prompt: string,
  options: GenerationOptions,
): Promise<GenerationSummary & { text: string; pieces: string[] }> {
  const pieces: string[] = [];
  const running = generator.generate(await generator.read(prompt), options);
  let next = await running.next();
  for (; !next.done; next = await running.next()) pieces.push(next.value);
  return { ...next.value, pieces, text: pieces.join('') };
}
