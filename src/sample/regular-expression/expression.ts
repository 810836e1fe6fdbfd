import type { CodePointSet } from './code-point-set.js';

/** A regular expression in the strict sense: it describes a set of texts. */
export type Expression =
  | { readonly kind: 'set'; readonly set: CodePointSet }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'choice'; readonly options: readonly Expression[] }
  | { readonly kind: 'repeat'; readonly body: Expression; readonly minimum: number; readonly maximum: number };
