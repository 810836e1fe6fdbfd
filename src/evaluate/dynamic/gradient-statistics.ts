import { UserError } from '../../foundation/errors.js';
import type { TokenSource } from '../../text/batches.js';
import type { AdaptedWindow } from './adapted-window.js';

/** Tokens of the training text whose gradients are observed, and consecutive windows of each passage. */
const STATISTICS_TOKENS = 10_000;
const PASSAGE = 100;

/** Computes the gradients of passages at equal distances in the training text, and calls `observe` after each window. */
export async function observeGradients(train: TokenSource, window: AdaptedWindow, observe: () => Promise<void>): Promise<void> {
  const available = Math.floor((train.length - 1) / window.length);
  const windows = Math.min(available, Math.max(1, Math.round(STATISTICS_TOKENS / window.length)));
  if (windows < 1)
    throw new UserError(
      'data',
      `the training text has ${train.length} tokens: not even one window of ${window.length} to take statistics of`,
    );
  for (let i = 0; i < windows; i++) {
    const passage = Math.floor(i / PASSAGE);
    if (i % PASSAGE === 0) window.state.reset();
    const first = Math.floor((passage * PASSAGE * available) / windows);
    await window.run(train, (first + (i % PASSAGE)) * window.length);
    await observe();
  }
}
