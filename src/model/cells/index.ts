import type { CellDeclaration } from './cell.js';
import { expRnn } from './exp-rnn.js';
import { goru } from './goru.js';
import { gru } from './gru.js';
import { jordan } from './jordan.js';
import { lstm } from './lstm.js';
import { mgu } from './mgu.js';
import { mingru } from './mingru.js';
import { minlstm } from './minlstm.js';
import { mlstm } from './mlstm.js';
import { mogrifierLstm } from './mogrifier-lstm.js';
import { qrnn } from './qrnn.js';
import { rgLru } from './rg-lru.js';
import { rnn } from './rnn.js';
import { slstm } from './slstm.js';
import { sru } from './sru.js';

/** The registry of cells. A new cell is its file and a line here; the first is the default. */
export const cells: readonly CellDeclaration[] = [
  lstm,
  gru,
  rnn,
  mgu,
  mingru,
  minlstm,
  sru,
  qrnn,
  mogrifierLstm,
  slstm,
  mlstm,
  rgLru,
  jordan,
  expRnn,
  goru,
];
