import type { Engine } from '../../engine/engine.js';
import { nextTurn } from '../../foundation/next-turn.js';
import { logSumExpOf } from '../../foundation/special-functions.js';
import type { SavedState } from '../../model/carried-state.js';
import type { Network } from '../../model/window-programs.js';
import { type Predictor, withPredictor } from '../predictor.js';

/** In place of a token that is searched. */
export const SLOT = -1;

/** A text of tokens and slots, in the order in which a network reads it. It begins and ends with a token. */
export interface SlottedText {
  readonly tokens: Int32Array;
  /** [V] for each slot in order: 1 for a token that it may have. */
  readonly masks: readonly Uint8Array[];
}

/** Tokens for the slots in order, and the sum of their scores. */
interface Hypothesis {
  readonly ids: readonly number[];
  readonly score: number;
}

/** Reads texts with slots in one direction. */
export interface SlotReader {
  /**
   * Beam search: fills the slots in order. The score of a token is its log-probability given what is before it, plus `extra` of the slot.
   * @param extra [V] for each slot
   * @returns at most as many hypotheses as beams, the best first
   */
  search(text: SlottedText, extra?: readonly Float32Array[]): Promise<Hypothesis[]>;
  /** The log-probabilities of all tokens, [V], at each slot of a text that is filled. */
  atSlots(text: SlottedText, ids: readonly number[]): Promise<Float32Array[]>;
  /** For each filling, the log-probability of the text from its first slot on, given the text before. */
  scores(text: SlottedText, fillings: readonly (readonly number[])[]): Promise<number[]>;
}

/**
 * @param beams hypotheses that are kept, and texts that are scored at once
 * @param signal ends any work of the reader
 */
export function createSlotReader(network: Network, engine: Engine, beams: number, signal?: AbortSignal): SlotReader {
  const lend = <T>(use: (predictor: Predictor) => Promise<T>) => withPredictor(network, engine, beams, use);

  let known: { tokens: Int32Array; state: SavedState; logits: Float32Array } | undefined;

  /** The state and the logits after the tokens before the first slot, which most calls have in common. */
  async function beginningOf(tokens: Int32Array) {
    if (known?.tokens.length === tokens.length && known.tokens.every((token, i) => token === tokens[i])) return known;
    known = await withPredictor(network, engine, 1, async (predictor) => {
      predictor.resetRow(0);
      for (const token of tokens) await advance(predictor, () => token);
      return { tokens, state: predictor.saveRow(0), logits: Float32Array.from(predictor.logits[0]!) };
    });
    return known;
  }

  /** Brings all rows behind the tokens before the first slot. */
  async function readBeginning(predictor: Predictor, tokens: Int32Array): Promise<void> {
    const { state, logits } = await beginningOf(tokens.slice(0, tokens.indexOf(SLOT)));
    for (let row = 0; row < predictor.rows; row++) {
      predictor.restoreRow(row, state);
      predictor.logits[row]!.set(logits);
    }
  }

  /** Reads one token in each row. */
  async function advance(predictor: Predictor, tokenOf: (row: number) => number): Promise<void> {
    for (let row = 0; row < predictor.rows; row++) predictor.tokens[row] = tokenOf(row);
    await predictor.advance();
    await nextTurn(signal);
  }

  const filled = ({ tokens }: SlottedText, ids: readonly number[]) => {
    let slot = 0;
    return tokens.map((token) => (token === SLOT ? ids[slot++]! : token));
  };

  return {
    search: ({ tokens, masks }, extra) =>
      lend(async (predictor) => {
        const first = tokens.indexOf(SLOT);
        const last = tokens.lastIndexOf(SLOT);
        await readBeginning(predictor, tokens);
        let found: Hypothesis[] = [{ ids: [], score: 0 }];
        for (let position = first, slot = 0; position <= last; position++) {
          if (tokens[position] === SLOT) {
            const rows = bestExtensions(predictor, found, masks[slot]!, extra?.[slot], beams);
            slot++;
            if (rows.length === 0) return [];
            const states = rows.map(({ row }) => predictor.saveRow(row));
            for (const [row, state] of states.entries()) predictor.restoreRow(row, state);
            found = rows.map(({ ids, score }) => ({ ids, score }));
          }
          if (position === last) break;
          await advance(predictor, (row) =>
            tokens[position] === SLOT ? found[Math.min(row, found.length - 1)]!.ids.at(-1)! : tokens[position]!,
          );
        }
        return found;
      }),

    atSlots: (text, ids) =>
      withPredictor(network, engine, 1, async (predictor) => {
        const { tokens } = text;
        const whole = filled(text, ids);
        const found: Float32Array[] = [];
        await readBeginning(predictor, tokens);
        for (let position = tokens.indexOf(SLOT); position <= tokens.lastIndexOf(SLOT); position++) {
          if (tokens[position] === SLOT) found.push(logProbabilities(predictor.logits[0]!));
          await advance(predictor, () => whole[position]!);
        }
        return found;
      }),

    scores: (text, fillings) =>
      lend(async (predictor) => {
        const { tokens } = text;
        const first = tokens.indexOf(SLOT);
        const sums: number[] = [];
        for (let begin = 0; begin < fillings.length; begin += predictor.rows) {
          const wholes = fillings.slice(begin, begin + predictor.rows).map((ids) => filled(text, ids));
          const totals = new Float64Array(wholes.length);
          await readBeginning(predictor, tokens);
          for (let position = first; position < tokens.length; position++) {
            for (const [row, whole] of wholes.entries())
              totals[row]! += predictor.logits[row]![whole[position]!]! - logSumExpOf(predictor.logits[row]!);
            if (position < tokens.length - 1)
              await advance(predictor, (row) => wholes[Math.min(row, wholes.length - 1)]![position]!);
          }
          sums.push(...totals);
        }
        return sums;
      }),
  };
}

function logProbabilities(logits: Float32Array): Float32Array {
  const normalizer = logSumExpOf(logits);
  return logits.map((logit) => logit - normalizer);
}

/** The best extensions of all hypotheses by one token, with the row of the hypothesis that each extends; the best first. */
function bestExtensions(
  { logits }: Predictor,
  hypotheses: readonly Hypothesis[],
  mask: Uint8Array,
  extra: Float32Array | undefined,
  count: number,
): (Hypothesis & { readonly row: number })[] {
  const best: { row: number; id: number; score: number }[] = [];
  for (const [row, { score }] of hypotheses.entries()) {
    const own = logits[row]!;
    const base = score - logSumExpOf(own);
    for (let id = 0; id < own.length; id++) {
      if (mask[id] === 0) continue;
      const sum = base + own[id]! + (extra?.[id] ?? 0);
      const worst = best.at(-1);
      if (best.length === count && !(sum > worst!.score)) continue;
      const place = best.findIndex((other) => sum > other.score);
      best.splice(place < 0 ? best.length : place, 0, { row, id, score: sum });
      best.length = Math.min(best.length, count);
    }
  }
  return best.map(({ row, id, score }) => ({ row, score, ids: [...hypotheses[row]!.ids, id] }));
}
