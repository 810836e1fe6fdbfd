import type { TokenSource } from '../text/batches.js';
import { reversedSource } from '../text/reversed-source.js';
import type { ModelSpecification } from './specification.js';

/** `forward`: a text is read from its first token to its last one. `backward`: from its last token to its first one. */
export type Direction = 'forward' | 'backward';

/** The prefix of the backward stack. */
export const BACKWARD = 'backward.';

/** The layers of a model that read in one direction. */
export interface Stack {
  readonly direction: Direction;
  /** Comes before the names of the stack's parameters, parts of the state, taps and inputs. Embedding and head are shared: they have none. */
  readonly prefix: '' | typeof BACKWARD;
}

/** The direction in which a model of one stack reads, and the first stack of a bidirectional model. */
export const directionOf = ({ direction }: Pick<ModelSpecification, 'direction'>): Direction => direction ?? 'forward';

/** The stacks of a model: one, or of a bidirectional model a forward and a backward one. */
export function stacksOf(model: Pick<ModelSpecification, 'direction' | 'bidirectional'>): readonly Stack[] {
  if (!model.bidirectional) return [{ direction: directionOf(model), prefix: '' }];
  return [
    { direction: 'forward', prefix: '' },
    { direction: 'backward', prefix: BACKWARD },
  ];
}

/** The tokens of a text in the order in which a model of one direction reads them. */
export function inReadingOrder(model: Pick<ModelSpecification, 'direction'>, tokens: Int32Array): Int32Array;
export function inReadingOrder(model: Pick<ModelSpecification, 'direction'>, tokens: TokenSource): TokenSource;
export function inReadingOrder(
  model: Pick<ModelSpecification, 'direction'>,
  tokens: Int32Array | TokenSource,
): Int32Array | TokenSource;
export function inReadingOrder(model: Pick<ModelSpecification, 'direction'>, tokens: Int32Array | TokenSource) {
  if (directionOf(model) === 'forward') return tokens;
  return tokens instanceof Int32Array ? tokens.toReversed() : reversedSource(tokens);
}
