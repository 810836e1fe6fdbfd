import type { Cell } from './cell.js';
import { gruResetAfter, gruResetBefore } from './gru.js';
import { lstm } from './lstm.js';
import { rnnRelu, rnnTanh } from './rnn.js';

/** Which cell, as a config names it. */
export type CellChoice =
  | { readonly type: 'lstm' }
  | { readonly type: 'gru'; readonly reset: 'after' | 'before' }
  | { readonly type: 'rnn'; readonly nonlinearity: 'tanh' | 'relu' };

export function cellFor(choice: CellChoice): Cell {
  switch (choice.type) {
    case 'lstm':
      return lstm;
    case 'gru':
      return choice.reset === 'after' ? gruResetAfter : gruResetBefore;
    case 'rnn':
      return choice.nonlinearity === 'tanh' ? rnnTanh : rnnRelu;
  }
}
