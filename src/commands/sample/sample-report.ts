import type { TextSink } from '../../sample/batch.js';
import type { ReadPrompt } from '../../sample/read-prompt.js';
import type { GenerationSummary, WrittenToken } from '../../sample/text-writer.js';
import type { TerminalText } from '../../ui/terminal-text.js';

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

/** How one text is shown: what its pieces, and before them its tokens, add to the output. */
export interface TextView {
  token(token: WrittenToken): void;
  prompt(text: string): TerminalText;
  text(piece: string): TerminalText;
  end(): TerminalText;
}
