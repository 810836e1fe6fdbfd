import type { InvalidForm } from './invalid-forms.js';
import type { TokenCount } from './token-count.js';

/** Results for a part. Shares are from 0 to 1. */
export interface PartReport {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  readonly characters: number;
  readonly distinctCharacters: number;
  readonly lines: number;
  readonly words: number;
  readonly tokens: TokenCount;
  /** Lines of at least four words that occurred earlier in the corpus. */
  readonly repeatedLines: number;
  /** Share of the words that are in a repetition, of 13 words or more, of text in this part (`repeatedWithin`) or in an earlier part. */
  readonly repeatedWithin: number;
  readonly repeatedAcross: number;
  readonly passages: number;
  /** Passages with a near-duplicate earlier in this part (`nearWithin`) or in an earlier part. */
  readonly nearWithin: number;
  readonly nearAcross: number;
  /** Characters that the first part lacks, and the divergence of the character distribution from that of the first part, in bits. */
  readonly unseenCharacters: { readonly count: number; readonly characters: readonly string[] };
  readonly divergence: number;
  readonly invalidForms: readonly (InvalidForm & { readonly place: string })[];
}
