import { checkOneShard, type Engine, type Program } from '../engine/engine.js';
import { checkTokens } from '../foundation/arguments.js';
import { UserError } from '../foundation/errors.js';
import { nextTurn } from '../foundation/next-turn.js';
import { attentionHeads } from '../model/architecture.js';
import { type CarriedState, createCarriedState } from '../model/carried-state.js';
import type { ModelDescription } from '../model/model-description.js';
import { programPool, withPooled } from '../model/program-pool.js';
import { attentionProgram, type LanguageModel, type ParameterNetwork } from '../model/window-programs.js';

/** What the heads of one layer look at. */
export interface LayerAttention {
  /** Index of the layer in the model, from 0; the number of layers stands for the head. */
  readonly layer: number;
  /**
   * `heads[h][t][i]`: the weight of position `from(t) + i` when the layer reads token t, where `from(t)` is `t + 1 - heads[h][t].length`.
   * The weights of a step sum to 1; those of a pointer to less, because a part is the sentinel's.
   */
  readonly heads: readonly (readonly Float32Array[])[];
}

/**
 * Reads a text from an empty state and returns the weights of all layers with attention.
 *
 * @param engine an engine of one shard, because a text is a single stream
 * @param tokens at least 1
 * @throws UserError usage for a model without attention, and for an exported file, which does not output the weights
 */
export async function readAttention(
  { model, engine }: { model: LanguageModel; engine: Engine },
  tokens: Int32Array,
): Promise<LayerAttention[]> {
  checkOneShard(engine, 'attention is shown');
  checkTokens('the text', tokens, model.options.vocabularySize);
  refuseWithoutAttention(model);
  const heads = attentionHeads(model.options);
  const pool = programPool<Reader>(engine, model, 'attention');
  const found = heads.map(() => [] as Float32Array[]);
  await withPooled(
    pool,
    () => createReader(model, engine),
    async ({ state, program }) => {
      const next = program.inputs.tokens![0] as Int32Array;
      program.parametersChanged();
      state.reset();
      for (const [t, token] of tokens.entries()) {
        next[0] = token;
        await program.run();
        state.carry();
        for (const [h, { tap }] of heads.entries()) {
          const weights = program.outputs[`tap.${tap}`]![0] as Float32Array;
          // Positions before the text have the weight 0.
          found[h]!.push(weights.slice(Math.max(0, weights.length - 1 - t)));
        }
        await nextTurn();
      }
    },
  );
  const layers = [...new Set(heads.map(({ layer }) => layer))];
  return layers.map((layer) => ({ layer, heads: found.filter((_, h) => heads[h]!.layer === layer) }));
}

interface Reader {
  readonly state: CarriedState;
  readonly program: Program;
}

function createReader(model: ParameterNetwork, engine: Engine): Reader {
  const state = createCarriedState(engine, model.options, 1);
  return { state, program: attentionProgram(model, engine, { batchSize: 1, sequenceLength: 1, shards: 1 }, state) };
}

/** @throws UserError as `readAttention` */
export function refuseWithoutAttention(model: LanguageModel): asserts model is ModelDescription & ParameterNetwork {
  if ('exported' in model)
    throw new UserError('usage', 'an exported file does not output what its attention looks at: give the model it was made of');
  if (attentionHeads(model.options).length > 0) return;
  throw new UserError(
    'usage',
    'this model has no attention: no layer of the type attention or transformer, no head of the type pointer-sentinel',
  );
}

/** The mean over the heads of a layer, for each step. */
export function meanOfHeads({ heads }: LayerAttention): Float32Array[] {
  return heads[0]!.map((first, t) => first.map((_, i) => heads.reduce((sum, head) => sum + head[t]![i]!, 0) / heads.length));
}
