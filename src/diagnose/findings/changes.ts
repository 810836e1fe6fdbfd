/** Changes of several keys that a config accepts together, whatever it has: keys that exclude the new ones are removed with the value `null`. */
import { biasedGates } from '../../config/model-rules.js';
import type { ConfigChange } from '../../config/proposed-changes.js';
import type { ResolvedConfig } from '../../config/types.js';

type Layers = ResolvedConfig['model']['layers'];

/** All layers, because a list takes the place of a number of layers, and other forms of a change depend on how the config was written. */
export const layersChange = (layers: readonly object[]): ConfigChange => ({
  key: 'model.layers',
  value: JSON.stringify(layers),
});

/** The same rate of dropout in all layers. */
export function dropoutChanges({ model: { embedding, layers } }: ResolvedConfig, rate: number): ConfigChange[] {
  const usual = embedding.dropout;
  // Places without a rate of their own have that of the model.
  if (typeof usual === 'number' && layers.every(({ dropout }) => dropout === usual))
    return [{ key: 'model.dropout', value: String(rate) }];
  const ofEmbedding = { key: 'model.embedding.dropout', value: String(rate) };
  return [...(usual === rate ? [] : [ofEmbedding]), layersChange(layers.map((layer) => ({ ...layer, dropout: rate })))];
}

/** A training of about so many steps, in the unit of the config. @param perEpoch steps of an epoch */
export const lengthChanges = ({ training }: ResolvedConfig, steps: number, perEpoch: number): ConfigChange[] =>
  training.epochs === undefined
    ? [{ key: 'training.steps', value: String(steps) }]
    : [{ key: 'training.epochs', value: String(Math.max(1, Math.round(steps / perEpoch))) }];

const hasOwnBias = (layer: Layers[number]) => 'forgetBias' in layer && layer.forgetBias !== undefined;

/** Forget gates that begin open. Without effect on gates of another kind: then the times of `chrono` are set. */
export function openGates(config: ResolvedConfig, longest: number): ConfigChange[] {
  const { layers } = config.model;
  const own = layers.some(hasOwnBias)
    ? [layersChange(layers.map((layer) => (hasOwnBias(layer) ? { ...layer, forgetBias: 1 } : layer)))]
    : [];
  if (!biasedGates(config.model).forget) return own.length > 0 ? own : gateTimes(config, longest);
  return [...own, ...openForgetGates(config)];
}

/** The usual bias of forget gates, in the place of times. */
export function openForgetGates({ model: { initialization } }: ResolvedConfig): ConfigChange[] {
  const noTimes = initialization.chrono === undefined ? [] : [{ key: 'model.initialization.chrono', value: 'null' }];
  return [...noTimes, { key: 'model.initialization.forgetBias', value: '1' }];
}

/** Gates that begin open for times up to a longest one, in steps (Tallec and Ollivier 2018); none where no gate can. */
export function gateTimes({ model }: ResolvedConfig, longest: number): ConfigChange[] {
  const { forget, update } = biasedGates(model);
  if (!forget && !update) return [];
  // Both set the same biases.
  const noBias =
    model.initialization.forgetBias === undefined ? [] : [{ key: 'model.initialization.forgetBias', value: 'null' }];
  return [...noBias, { key: 'model.initialization.chrono', value: String(longest) }];
}
