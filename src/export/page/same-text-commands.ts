import { shellWord } from '../../foundation/shell-word.js';
import type { PageServer } from '../html/writer-data.js';
import type { WritingSettings } from './messages.js';

/** A line for a shell that writes the same text as the page. */
export type SameTextCommand = (prompt: string, settings: WritingSettings) => string;

/** @param path of the model, as a user of the command line gives it */
export function sampleLine(path: string): SameTextCommand {
  return (prompt, { temperature, topP, seed, stop, length }) =>
    [
      `textloom sample ${shellWord(path)}`,
      ...(prompt === '' ? [] : [`--prompt ${shellWord(prompt)}`]),
      `--temperature ${temperature}`,
      ...(topP === undefined ? [] : [`--top-p ${topP}`]),
      `--seed ${seed}`,
      ...stop.map((text) => `--stop ${shellWord(text)}`),
      `--max-tokens ${length}`,
    ].join(' ');
}

/**
 * A request to the server of the page.
 * @param url of the server
 * @param model its name
 */
export function requestLine({ completions, needsKey }: PageServer, url: string, model: string): SameTextCommand {
  return (prompt, { temperature, topP, seed, stop, length }) => {
    const body = {
      ...{ model, prompt, temperature },
      ...(topP !== undefined && { top_p: topP }),
      seed,
      ...(stop.length > 0 && { stop }),
      max_tokens: length,
    };
    return [
      `curl -s ${shellWord(url + completions)}`,
      ...(needsKey ? ['-H "authorization: Bearer $TEXTLOOM_API_KEY"'] : []),
      "-H 'content-type: application/json'",
      `-d ${shellWord(JSON.stringify(body))}`,
    ].join(' ');
  };
}
