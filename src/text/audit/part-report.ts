import type { InvalidForm } from './invalid-forms.js';
import type { TokenCount } from './token-count.js';

/** What was found in a part. Shares are from 0 to 1. */
export interface PartReport {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  readonly characters: number;
  readonly distinctCharacters: number;
  readonly lines: number;
  readonly words: number;
  readonly tokens: TokenCount;
  /** Lines of at least four words that have stood before in the corpus. */
  readonly repeatedLines: number;
  /** Share of the words that stand in a repetition of 13 words or more, of this part, or of an earlier one. */
  readonly repeatedWithin: number;
  readonly repeatedAcross: number;
  readonly passages: number;
  /** Passages that nearly stand in this part before, or in an earlier part. */
  readonly nearWithin: number;
  readonly nearAcross: number;
  /** Characters that the first part lacks; and how far the distribution of characters is from the first part's, in bits. */
  readonly unseenCharacters: { readonly count: number; readonly characters: readonly string[] };
  readonly divergence: number;
  readonly invalidForms: readonly (InvalidForm & { readonly place: string })[];
}
