import type { TextSink } from '../../sample/batch.js';
import type { ReadPrompt } from '../../sample/read-prompt.js';
import type { GenerationSummary, WrittenToken } from '../../sample/text-writer.js';
import type { TerminalText } from '../../ui/terminal-text.js';

/** The result of a text: with its stream of the seed if it was drawn, with its score if it was found by a search. */
export interface TextResult extends GenerationSummary {
  readonly stream?: number;
  readonly score?: number;
}

/**
 * Shows generated texts, which arrive one by one or interleaved. They are numbered: all texts of the first prompt, all of the second, ...
 */
export interface SampleReport extends TextSink {
  /** Sets the prompts of the next texts, which are numbered from 0 again. */
  begin(prompts: readonly ReadPrompt[]): void | Promise<void>;
  /** Called before `text` for the text to which the token belongs. */
  token(text: number, token: WrittenToken): void;
  /** @param result undefined when there is no such text, because a search has found fewer */
  end(text: number, result: TextResult | undefined): boolean | Promise<boolean>;
  /** After the last text. */
  close(): void | Promise<void>;
}

/** The view of one text: what its pieces, and before them its tokens, add to the output. */
export interface TextView {
  token(token: WrittenToken): void;
  prompt(text: string): TerminalText;
  text(piece: string): TerminalText;
  end(): TerminalText;
}
