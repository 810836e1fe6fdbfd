import { UserError } from '../../foundation/errors.js';
import { STANDARD_INPUT } from '../../text/reading/read-file.js';
import type { SampleArguments } from './arguments.js';

/** The prompts of a command. */
export interface Prompts {
  readonly texts: readonly string[];
  /** Whether the prompts are a list, possibly of one; then the output is also a list. */
  readonly list: boolean;
}

/**
 * The prompts that the flags give; by default the empty one.
 * @throws UserError usage when they give several sources, data for a file that cannot be read
 */
export async function readPrompts({ prompt, promptFile, prompts }: SampleArguments): Promise<Prompts> {
  const sources = [prompt && '--prompt', promptFile !== undefined && '--prompt-file', prompts !== undefined && '--prompts'];
  const given = sources.filter((source) => typeof source === 'string');
  if (given.length > 1) throw new UserError('usage', `${given.join(' and ')}: give one of them`);
  if (prompts !== undefined) return { texts: promptsIn(await read(prompts), prompts), list: true };
  if (promptFile !== undefined) return { texts: [await read(promptFile)], list: false };
  const texts = prompt ?? [''];
  if (texts.filter((text) => text === STANDARD_INPUT).length > 1)
    throw new UserError('usage', '--prompt - twice: standard input can be read once');
  const all = texts.map((text) => (text === STANDARD_INPUT ? read(text) : text));
  return { texts: await Promise.all(all), list: texts.length > 1 };
}

async function read(path: string): Promise<string> {
  const { readTextFile } = await import('../../text/corpus.js');
  return readTextFile(path);
}

/** One prompt per line; nothing follows the last line end. */
function promptsIn(text: string, path: string): string[] {
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  return path.endsWith('.jsonl') ? lines.map((line, i) => promptOf(line, `${path}:${i + 1}`)) : lines;
}

/** The prompt in a line of JSON: a text, or the `prompt` of an object. */
function promptOf(line: string, place: string): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new UserError('data', `${place}: this line is not JSON`, { cause: error });
  }
  const prompt = typeof value === 'object' && value !== null ? (value as { prompt?: unknown }).prompt : value;
  if (typeof prompt === 'string') return prompt;
  throw new UserError('data', `${place}: a text, or an object with a text as its "prompt", is expected`);
}
