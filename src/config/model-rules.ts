import type { OptionValues } from '../foundation/options.js';
import { architectureOf } from '../model/architecture.js';
import { misfitOf } from '../model/connections.js';
import { isIdleSpan } from '../model/modifiers/dropout-rates.js';
import { shortFormKeys, uncheckedSpecification, unfitOptions } from '../model/specification.js';
import type { CheckedConfig, Rule } from './rule.js';

type CheckedModel = CheckedConfig['model'];

/** The rules between keys of the model. */
export function modelRules(model: CheckedModel): Rule[] {
  const cellKey = Array.isArray(model.layers) ? 'model.layers' : 'model.cell.type';
  return [
    ...shortFormKeys.map((key) => ({
      keys: [`model.${key}`, 'model.layers'],
      broken: model[key] !== undefined && Array.isArray(model.layers),
      because: 'in a list each layer has its own type and size',
    })),
    {
      keys: ['model.embeddingSize', 'model.embedding.size'],
      broken: model.embeddingSize !== undefined && model.embedding?.size !== undefined,
      because: 'they set the same value: leave one of them out',
    },
    {
      keys: ['model.tieWeights', 'model.head.tie'],
      broken: model.tieWeights !== undefined && model.head !== undefined,
      because: 'tieWeights is short for head.tie: leave tieWeights out',
    },
    {
      keys: ['model.direction', 'model.bidirectional'],
      broken: model.direction === 'backward' && model.bidirectional === true,
      because: 'a bidirectional model reads in both directions: leave direction out',
    },
    {
      keys: ['model.initialization.forgetBias', cellKey],
      broken: model.initialization.forgetBias !== undefined && !biasedGates(model).forget,
      because: 'no layer has a forget gate without a bias of its own',
    },
    {
      keys: ['model.initialization.chrono', cellKey],
      broken: model.initialization.chrono !== undefined && !biasedGates(model).forget && !biasedGates(model).update,
      because: 'no layer has a gate that decides how long it remembers and has no bias of its own',
    },
    {
      keys: ['model.initialization.forgetBias', 'model.initialization.chrono'],
      broken: model.initialization.forgetBias !== undefined && model.initialization.chrono !== undefined,
      because: 'both set the initial biases of forget gates: leave one of them out',
    },
    ...sizeRules(model),
    ...idleSpans(model).map(({ key, place }) => ({
      keys: [`${key}.span`, `${key}.${place}`],
      broken: true,
      because: 'without a rate there is no mask to which span applies: set a rate, or leave span out',
    })),
  ];
}

/** Rules that sizes violate: a sum of inputs and outputs needs equal sizes, and an option of a layer may require a divisor. */
function sizeRules(model: CheckedModel): Rule[] {
  // A model that is written in both forms violates another rule.
  if (!Array.isArray(model.layers) || shortFormKeys.some((key) => model[key] !== undefined)) return [];
  const specification = uncheckedSpecification(model, 'the config');
  const { embedding, layers } = specification;
  const misfit = misfitOf(embedding.size, layers);
  if (!misfit) return unfitOptions(specification).map(({ key, because }) => ({ keys: [key], broken: true, because }));
  const { index, connection, inputSize, size } = misfit;
  const sizes = `the layer has ${inputSize} inputs and ${size} outputs, and ${connection} needs as many of both`;
  return [
    {
      keys: ['connection', 'size'].map((key) => `model.layers.${index}.${key}`),
      broken: true,
      because: `${sizes}; make the sizes equal, or set the connection to none or dense`,
    },
  ];
}

/** Whether the head has a vector of the size of the embedding for each token. */
export function hasOutputVectors(model: CheckedModel): boolean {
  const options = { vocabularySize: ANY_VOCABULARY, ...uncheckedSpecification(model, 'the config') };
  const { head, parameters } = architectureOf(options);
  const vectors = parameters.find(({ name }) => name === head.outputVectors);
  return vectors?.shape[1] === options.embedding.size;
}

/** Whether a layer has a forget gate whose bias may be set, and whether one has an update gate. */
export function biasedGates(model: unknown): { readonly forget: boolean; readonly update: boolean } {
  const { parameters } = architectureOf({ vocabularySize: ANY_VOCABULARY, ...uncheckedSpecification(model, 'the config') });
  return {
    forget: parameters.some(({ forgetGate }) => forgetGate && forgetGate.bias === undefined),
    update: parameters.some(({ updateGate }) => updateGate !== undefined),
  };
}

/** A vocabulary size that every head accepts: the real one is not known yet. */
export const ANY_VOCABULARY = 1 << 24;

/** Keys of dropout with masks for a window although no place has such a mask, each with the place that a single number sets. */
function idleSpans({ embedding, layers, dropout = 0 }: CheckedModel): { key: string; place: string }[] {
  const ofLayers = Array.isArray(layers) ? layers.map((layer) => layer.dropout) : [];
  const all = [
    { key: 'model.embedding.dropout', place: 'input', rates: embedding?.dropout },
    ...ofLayers.map((rates, i) => ({ key: `model.layers.${i}.dropout`, place: 'output', rates })),
  ];
  return all.filter(
    ({ place, rates }) => typeof rates === 'object' && isIdleSpan({ [place]: dropout, ...(rates as OptionValues) }),
  );
}
