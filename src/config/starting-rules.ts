import { architectureOf } from '../model/architecture.js';
import { frozenParameters, parametersAt, placesOf } from '../model/places.js';
import { modelOptions } from '../model/specification.js';
import { tokenizerDeclaration } from '../text/tokenizers/index.js';
import { ANY_VOCABULARY } from './model-rules.js';
import type { CheckedConfig, Rule } from './rule.js';

/** Rules about the model from which training starts, the parts that are trained, and samples during training. */
export function startingRules(config: CheckedConfig): Rule[] {
  const { tokenizer, model, training } = config;
  const { samples, from } = training;
  return [
    ...freezingRules(config),
    {
      keys: ['training.from.path', 'model.initialization.vectors.path'],
      broken: from !== undefined && model.initialization.vectors !== undefined,
      because: 'both set the initial embedding; leave one of them out',
    },
    {
      keys: ['training.from.vocabulary', 'tokenizer.type'],
      broken: from?.vocabulary === 'extend' && !tokenizerDeclaration(tokenizer.type).extensible,
      because: 'bytes and byte pairs can encode every text; keep the vocabulary, or replace it',
    },
    {
      keys: ['training.samples.everyEpochs', 'training.samples.everySteps'],
      broken: samples !== undefined && (samples.everyEpochs === undefined) === (samples.everySteps === undefined),
      because: 'set exactly one of them, to say when samples are written',
    },
    {
      keys: ['training.samples.topP', 'training.samples.temperature'],
      broken: samples?.topP !== undefined && samples.temperature === 0,
      because: 'temperature 0 always takes the most probable token',
    },
  ];
}

/** Frozen parts must exist, and at least one parameter must be trained. */
function freezingRules({ model, training: { freeze } }: CheckedConfig): Rule[] {
  if (freeze === undefined) return [];
  const architecture = architectureOf(modelOptions(model, ANY_VOCABULARY));
  const unknown = freeze.find((pattern) => parametersAt(architecture, pattern).length === 0);
  const places = [...placesOf(architecture).keys()].join(', ');
  return [
    {
      keys: ['training.freeze'],
      broken: unknown !== undefined,
      because: `${JSON.stringify(unknown)} is not a part of this model. The parts are ${places}`,
    },
    {
      keys: ['training.freeze'],
      broken: frozenParameters(architecture, freeze).size >= architecture.parameters.length,
      because: 'it names every parameter, so that nothing would be trained',
    },
  ];
}
