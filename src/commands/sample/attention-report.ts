import { type LayerAttention, meanOfHeads, readAttention, refuseWithoutAttention } from '../../evaluate/attention-weights.js';
import { terminalSafe } from '../../foundation/terminal-safe.js';
import { architectureOf, layersAndMemory } from '../../model/architecture.js';
import type { LanguageModel } from '../../model/window-programs.js';
import type { ReadPrompt } from '../../sample/read-prompt.js';
import { tokensToRead } from '../../sample/special-tokens.js';
import { HEAT_LEVELS, type HeatPiece, heatColours, heatLevel, heatMap, heatScale } from '../../ui/heat-map.js';
import type { Output } from '../../ui/output.js';
import { styled, type TerminalText } from '../../ui/terminal-text.js';
import type { Inference } from '../shared/inference.js';
import { tokenText } from './probability-view.js';

/** What a model's attention looks at in a text. */
export interface TextAttention {
  /** The tokens that the model has read and the last one that it wrote. */
  readonly ids: Int32Array;
  /** Index in `ids` of the first token that the model wrote. */
  readonly first: number;
  readonly layers: readonly LayerAttention[];
}

/** Reads a text once more; `written` are the tokens after the prompt. Undefined where nothing was written. */
export type ReadAttention = (prompt: ReadPrompt, written: readonly number[]) => Promise<TextAttention | undefined>;

/** @throws UserError usage for a model without attention, and for an exported file */
export function attentionReader({ model, engine }: Pick<Inference, 'model' | 'engine'>): ReadAttention {
  refuseWithoutAttention(model);
  return async (prompt, written) => {
    if (written.length === 0) return undefined;
    const read = tokensToRead(model, prompt.ids);
    const ids = Int32Array.from([...read, ...written]);
    return { ids, first: read.length, layers: await readAttention({ model, engine }, ids.subarray(0, -1)) };
  };
}

/** Positions that are named for each token. */
const NAMED = 3;

/**
 * For each layer with attention: a line for each written token, with the tokens that the layer looked at most before it, their weights and
 * distances; and the text, coloured by the weights before the last token. Weights are means of the heads.
 */
export function attentionLines(
  { options, tokenizer }: LanguageModel,
  { ids, first, layers }: TextAttention,
  output: Output,
): (string | TerminalText)[] {
  const name = (id: number) => tokenText(tokenizer, id);
  const written = [...ids.subarray(first)];
  const wide = Math.max(...written.map((id) => name(id).length));
  return layers.flatMap((attention) => {
    const architecture = architectureOf(options);
    const { declaration, choice } = layersAndMemory(architecture)[attention.layer]!;
    const place = attention.layer < architecture.layers.length ? `layer ${attention.layer + 1}` : 'the head';
    const heads = attention.heads.length;
    const title = `${place}, ${declaration.name(choice)}${heads > 1 ? ', mean of the heads' : ''}`;
    const weights = meanOfHeads(attention);
    const lines = written.map((id, i) => {
      const looked = mostLooked(weights[first + i - 1]!).map(
        ({ weight, distance }) => `${weight.toFixed(2)} ${name(ids[first + i - distance]!)} ${distance} back`,
      );
      return `  ${name(id).padEnd(wide)}  ${looked.join(', ')}`;
    });
    return ['', `${title}: before each token it looked most at`, ...lines, '', ...heatLines(weights.at(-1)!)];
  });

  function heatLines(weights: Float32Array): (string | TerminalText)[] {
    const colours = heatColours(output);
    const largest = weights.reduce((most, weight) => Math.max(most, weight));
    const pieces = heatPieces(weights, largest);
    const scale = styled`${heatScale(colours)}  0 to ${largest.toFixed(2)}, its weights before ${name(ids.at(-1)!)}`;
    return [scale, '', ...heatMap(pieces, output.columns, colours)];
  }

  /** A token that is a part of a character belongs to the token that completes it. */
  function* heatPieces(weights: Float32Array, largest: number): Generator<HeatPiece> {
    const decoder = tokenizer.createDecoder();
    const begin = ids.length - 1 - weights.length;
    for (let i = 0; i < ids.length; i++) {
      const weight = weights[i - begin];
      const level = weight === undefined ? undefined : heatLevel(weight, largest / HEAT_LEVELS);
      yield { text: terminalSafe(decoder.push(ids[i]!)), level };
    }
  }
}

/** The positions of a step with the largest weights, as distances from the token that is predicted: the last position has 1. */
function mostLooked(weights: Float32Array): { weight: number; distance: number }[] {
  return [...weights]
    .map((weight, i) => ({ weight, distance: weights.length - i }))
    .sort((a, b) => b.weight - a.weight || a.distance - b.distance)
    .slice(0, NAMED)
    .filter(({ weight }) => weight >= 0.005);
}

/** For JSON: all weights of all heads. The weights before written token i are those of the positions up to the token before it. */
export function attentionDocument({ tokenizer }: LanguageModel, { ids, first, layers }: TextAttention): object {
  const rounded = (weights: Float32Array) => Array.from(weights, (weight) => Number(weight.toPrecision(4)));
  return {
    tokens: Array.from(ids, (id) => tokenizer.vocabulary.tokenOf(id)),
    firstWritten: first,
    layers: layers.map(({ layer, heads }) => ({
      layer: layer + 1,
      heads: heads.map((steps) => steps.slice(first - 1).map(rounded)),
    })),
  };
}
