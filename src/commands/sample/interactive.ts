import { createInterface } from 'node:readline';
import { UserError } from '../../foundation/errors.js';
import { nextTurn } from '../../foundation/next-turn.js';
import { hasIndependentDocuments } from '../../model/model-description.js';
import { createGenerator } from '../../sample/generate.js';
import type { ReadPrompt } from '../../sample/read-prompt.js';
import type { Tokenizer } from '../../text/tokenizers/tokenizer.js';
import { standardError, standardOutput } from '../../ui/output.js';
import { openInference } from '../shared/inference.js';
import { promptReader } from '../shared/readable-texts.js';
import { createTextOutput } from '../shared/text-output.js';
import { createSettings } from './interactive-settings.js';
import type { InteractiveRequest } from './request.js';
import { readable, refuseFromEnd, tellNotice } from './run.js';
import { viewsOf } from './text-report.js';

const introduction =
  'Type the beginning of a text, and the model continues it. An empty line continues further; Ctrl-C stops a text; /help lists commands; Ctrl-D ends.';

/**
 * Continues the text with each line that the user types, until the input ends. The model has read all typed lines and all of its own text,
 * in their order, with a line end before each typed line; a model of independent documents begins a new one with each line. The n-th text, counted from 0, uses stream n of the seed.
 */
export async function interact({ model: path, engine: choice, unknown, interactive: args }: InteractiveRequest): Promise<void> {
  const { model, engine, close } = await openInference(path, choice);
  const isTerminal = process.stdin.isTTY === true && standardOutput.isTTY;
  const lines = createInterface({ input: process.stdin, output: standardOutput.stream, terminal: isTerminal, prompt: '> ' });
  // From here on no line is lost, even if the first is requested much later.
  const typedLines = lines[Symbol.asyncIterator]();
  const output = createTextOutput(standardOutput);
  try {
    refuseFromEnd(model, { '--interactive': true });
    const generator = createGenerator({ model, engine });
    const prepare = promptReader(model.tokenizer, unknown, tellNotice);
    const settings = createSettings(args, model);
    await settings.check();
    /** The prompt that the model has read so far; undefined at first. */
    let heard: ReadPrompt | undefined;
    let stream = 0;
    /** True while a text is being written, which Ctrl-C can stop. */
    let writing = false;
    let stopped = false;

    lines.on('SIGINT', () => {
      if (writing) stopped = true;
      else {
        standardOutput.line('\n(Ctrl-D or /quit ends)');
        lines.prompt();
      }
    });

    /** Returns false when the output is no longer read. */
    async function goOnFrom(typed: string): Promise<boolean> {
      const before = heard === undefined || typed === '' || endsLine(heard.text) ? '' : lineEnd(model.tokenizer);
      const prompt = await readable(async () => generator.read(prepare(before + typed), heard));
      const view = (await viewsOf(settings.view(), model.tokenizer))();
      const options = await settings.options(stream++);
      writing = true;
      stopped = false;
      let written = '';
      let open = await output.write(view.prompt(typed));
      const text = generator.generate(prompt, { ...options, ...(args.showProbabilities && { onToken: view.token }) });
      for (let next = await text.next(); open && !next.done && !stopped; next = await text.next()) {
        written += next.value;
        open = await output.write(view.text(next.value));
        // Writing to a terminal never waits: without this, key presses would be handled only after the text.
        await nextTurn();
      }
      writing = false;
      const rest = view.end();
      // Independent documents are not continued by others.
      heard = hasIndependentDocuments(model) ? undefined : await generator.read(written, prompt);
      const tail = endsLine(rest.codes || written || typed) ? '' : '\n';
      return open && (await output.write(rest)) && (await output.write(tail)) && (await output.flush());
    }

    /**
     * Executes a typed line. One that begins with a slash is a command; one that begins with two slashes is a text that begins with one.
     * Returns false when the conversation has ended.
     */
    async function take(line: string): Promise<boolean> {
      if (!line.startsWith('/') || line.startsWith('//')) return goOnFrom(line.replace(/^\/\//, '/'));
      const [, name = '', value = ''] = /^\/(\S*)\s*(.*)$/s.exec(line)!;
      if (name === 'quit') return false;
      if (name === 'reset') {
        heard = undefined;
        stream = 0;
        return true;
      }
      if (name === 'seed') stream = 0;
      return (await output.write(await settings.obey(name, value))) && output.flush();
    }

    if (isTerminal) standardOutput.line(introduction);
    if (args.prompt?.[0] !== undefined) await goOnFrom(args.prompt[0]);
    if (isTerminal) lines.prompt();
    for await (const line of typedLines) {
      if (!(await withoutEnding(() => take(line)))) break;
      if (isTerminal) lines.prompt();
    }
    if (isTerminal) standardOutput.write('\n');
  } finally {
    lines.close();
    close();
  }
}

/** Shows an error that the user can correct, and continues the conversation. */
async function withoutEnding(task: () => Promise<boolean>): Promise<boolean> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof UserError) || (error.kind !== 'usage' && error.kind !== 'data')) throw error;
    standardError.line(error.message);
    return true;
  }
}

const endsLine = (text: string) => text === '' || text.endsWith('\n');

/** The line end that a model with these tokens reads; empty if it has none. */
const lineEnd = ({ lineEndId }: Tokenizer) => (lineEndId === undefined ? '' : '\n');
