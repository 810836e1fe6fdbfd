import { createTerminalSafeStream } from '../../foundation/terminal-safe.js';
import { directionOf } from '../../model/stacks.js';
import type { LanguageModel } from '../../model/window-programs.js';
import type { ReadPrompt } from '../../sample/read-prompt.js';
import type { Tokenizer } from '../../text/tokenizers/tokenizer.js';
import { canColour, createPalette } from '../../ui/colours.js';
import { standardError, standardOutput } from '../../ui/output.js';
import { joined, styled, TerminalText } from '../../ui/terminal-text.js';
import type { TextOutput } from '../shared/text-output.js';
import type { ReadAttention } from './attention-report.js';
import type { SampleRequest } from './request.js';
import type { SampleReport, TextView } from './sample-report.js';

interface Shown {
  readonly view: TextView;
  /** Ids of the tokens after the prompt. */
  readonly written: number[];
  /** Text that is not shown yet, because another text comes first. */
  waiting: TerminalText;
  ended: boolean;
}

/** Shows texts in their order: the first while it is generated; the output of later texts waits. */
export async function createTextReport(
  output: TextOutput,
  model: LanguageModel,
  request: SampleRequest,
  attention?: ReadAttention,
): Promise<SampleReport> {
  const { samples, prompts } = request;
  const total = samples * prompts.texts.length;
  const { format, probabilities, text } = request;
  const views = { raw: format === 'raw', probabilities, alternatives: text.alternatives ?? 0 };
  const openView = await viewsOf(views, model.tokenizer);
  let read: readonly ReadPrompt[] = [];
  let shown: Shown[] = [];
  /** The number of texts before the current group, and the text of the group that is being shown. */
  let before = 0;
  let current = 0;
  let latest = '';
  /** Texts that reached their maximum length before they matched the expression. */
  let unmatched = 0;

  /** A model that reads backward writes the text before the prompt. */
  const fromEnd = directionOf(model.options) === 'backward';
  const promptOf = (text: number) => read[Math.floor(text / samples)]!.text;
  const show = (text: TerminalText) => {
    latest = text.codes === '' ? latest : text.codes;
    return output.write(text);
  };

  function wait(text: number, rendered: string | TerminalText): void {
    const one = shown[text]!;
    const waiting = joined([one.waiting, rendered]);
    one.waiting = waiting.codes === '' ? nothing : waiting;
  }

  function heading(text: number): string {
    if (total === 1) return '';
    const parts = [
      ...(prompts.texts.length > 1 ? [`prompt ${Math.floor(text / samples) + 1} of ${prompts.texts.length}`] : []),
      ...(samples > 1 ? [`sample ${(text % samples) + 1} of ${samples}`] : []),
    ];
    return `${text > 0 ? '\n' : ''}--- ${parts.join(', ')} ---\n`;
  }

  /** Shows the current text as far as it is generated and, when it has ended, the next ones. */
  async function goOn(): Promise<boolean> {
    for (let text = shown[current]; text !== undefined; text = shown[current]) {
      const { waiting } = text;
      text.waiting = nothing;
      if (!(await show(waiting))) return false;
      if (!text.ended) return true;
      if (!latest.endsWith('\n')) await show(lineEnd);
      current++;
    }
    return true;
  }

  return {
    async begin(next) {
      before += shown.length;
      read = next;
      current = 0;
      shown = Array.from({ length: read.length * samples }, (_, text) => {
        const view = openView();
        return {
          view,
          written: [],
          waiting: joined([heading(before + text), ...(fromEnd ? [] : [view.prompt(promptOf(text))])]),
          ended: false,
        };
      });
      await goOn();
    },
    token(text, token) {
      shown[text]!.view.token(token);
      shown[text]!.written.push(token.id);
    },
    text(text, piece) {
      const rendered = shown[text]!.view.text(piece);
      if (text === current && shown[text]!.waiting === nothing) return show(rendered);
      wait(text, rendered);
      return true;
    },
    async end(text, result) {
      const { view } = shown[text]!;
      if (fromEnd) wait(text, view.prompt(promptOf(text)));
      wait(text, result ? view.end() : ' (no further text was found)');
      const found = await attention?.(read[Math.floor(text / samples)]!, shown[text]!.written);
      if (found) {
        const { attentionLines } = await import('./attention-report.js');
        for (const line of attentionLines(model, found, standardOutput)) wait(text, styled`\n${line}`);
      }
      shown[text]!.ended = true;
      if (result?.matches === false) unmatched++;
      return goOn();
    },
    close() {
      if (unmatched === 0) return;
      const which = total === 1 ? 'the text' : `${unmatched} of the ${total} texts`;
      standardError.line(`--max-tokens ended ${which} before a match of --regex was complete`);
    },
  };
}

const nothing = new TerminalText('');
const lineEnd = new TerminalText('\n');

/** How texts are shown. */
export interface ViewOptions {
  /** Whether control characters are sent unchanged instead of being shown. */
  readonly raw: boolean;
  readonly probabilities: boolean;
  readonly alternatives: number;
}

/** Creates a view for each text. */
export async function viewsOf(
  { raw, probabilities, alternatives }: ViewOptions,
  tokenizer: Tokenizer,
): Promise<() => TextView> {
  if (!probabilities) return () => plainView(raw);
  const { createProbabilityView } = await import('./probability-view.js');
  const colour = canColour(standardOutput);
  return () => createProbabilityView(tokenizer, { palette: createPalette(colour), colour, alternatives });
}

function plainView(raw: boolean): TextView {
  const safe = raw ? { push: (text: string) => text, end: () => '' } : createTerminalSafeStream();
  const push = (text: string) => new TerminalText(safe.push(text));
  return { token() {}, prompt: push, text: push, end: () => new TerminalText(safe.end()) };
}
