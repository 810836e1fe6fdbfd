import { z } from 'zod';
import { heads } from '../../model/heads/index.js';
import { layerTypes, recurrentLayers } from '../../model/layers/index.js';
import { embeddingKeys, layerKeys, maximumLayers, modelKeys } from '../../model/specification.js';
import { declaredOption, declaredOptions, declaredVariants, optionalOption } from './declared.js';
import {
  defaultVariantType,
  digestText,
  mayChange,
  numberWithin,
  pathText,
  section,
  switchValue,
  variants,
  variantType,
} from './values.js';

const forgetBias = numberWithin({ from: -100, to: 100 })
  .describe(
    'Initial value of the forget gate bias, in cells that have one; 1 helps to remember (Jozefowicz et al. 2015). Default: as the other biases.',
  )
  .exactOptional();

const chrono = numberWithin({ above: 2, to: 1e6 })
  .describe(
    'Longest dependency, in steps: the biases of gates that keep the state (forget gates, the z of a GRU) begin with ln u, u uniform between ' +
      '1 and chrono - 1, those of input gates and of the gate of an MGU or minGRU with -ln u (Tallec and Ollivier 2018). Default: as the others.',
  )
  .exactOptional();

const vectors = section({
  path: mayChange(
    pathText().describe(
      'Vectors of tokens as text: .vec as word2vec and fastText write it, or the form of GloVe; .gz is unpacked. Relative to the file that states ' +
        'it. A run does not need the file after its start.',
    ),
    'no-matter',
  ),
  sha256: digestText()
    .describe('SHA-256 of the file: another one is refused. A run writes it into its config. Default: any file.')
    .exactOptional(),
})
  .describe('The embedding of tokens that the file has begins with its vectors. Default: none.')
  .exactOptional();

/** Keys of every type of initialization. */
const common = { forgetBias, chrono, vectors };

const initialization = variants(
  section({
    type: defaultVariantType('pytorch', 'As PyTorch does: layers uniform in ±1/sqrt(hiddenSize), embedding normal.'),
    ...common,
  }),
  section({
    type: variantType('uniform', 'Every parameter uniform in ±range.'),
    range: numberWithin({ above: 0, to: 10 }).describe('Largest magnitude. Default 0.1.').default(0.1),
    ...common,
  }),
  section({
    type: variantType('xavier-uniform', 'Uniform, variance 2/(fan in + fan out) (Glorot and Bengio 2010).'),
    ...common,
  }),
  section({
    type: variantType('xavier-normal', 'Normal, variance 2/(fan in + fan out) (Glorot and Bengio 2010).'),
    ...common,
  }),
  section({ type: variantType('orthogonal', 'Orthogonal recurrent matrices (Saxe et al. 2014).'), ...common }),
  section({
    type: variantType('identity', 'Recurrent matrices scale times the identity, for rnn with relu (Le et al. 2015).'),
    scale: numberWithin({ above: 0, to: 10 }).describe('The diagonal. Default 1.').default(1),
    ...common,
  }),
);

const layersError = `a whole number from 1 to ${maximumLayers}, or a list of as many layers`;

/** One layer of a list. Keys without a default take the value of the model. */
const layer = declaredVariants(layerTypes, (declaration) => {
  const { size, ...keys } = layerKeys(declaration);
  return { ...(size && { size: optionalOption(size, String(size.default)) }), ...declaredOptions(keys) };
});

/**
 * The network: an embedding, layers, a head. Layers are a list or, in the short form, a number of equal layers. `model/specification.ts`
 * converts the short form and fills in the defaults that depend on other keys.
 */
export const model = section({
  cell: declaredVariants(recurrentLayers, ({ modifiers = {} }) => declaredOptions(modifiers))
    .describe('The recurrent cell, where layers is a number. Default lstm.')
    .exactOptional(),
  layers: z
    .union(
      [
        z.int({ error: layersError }).min(1, { error: layersError }).max(maximumLayers, { error: layersError }),
        z.array(layer, { error: layersError }).min(1, { error: layersError }).max(maximumLayers, { error: layersError }),
      ],
      { error: layersError },
    )
    .describe('How many equal recurrent layers are stacked, or a list of layers. Default 2.')
    .exactOptional(),
  hiddenSize: optionalOption(modelKeys.hiddenSize, String(modelKeys.hiddenSize.default)),
  embeddingSize: optionalOption(modelKeys.embeddingSize, 'the size of the first layer'),
  dropout: optionalOption(modelKeys.dropout, '0'),
  tieWeights: switchValue().describe('Short for head.tie. Default false.').exactOptional(),
  embedding: section({
    size: optionalOption(embeddingKeys.size, 'the size of the first layer'),
    dropout: declaredOption(embeddingKeys.dropout),
  })
    .describe('The token embedding, with all its options.')
    .exactOptional(),
  direction: optionalOption(modelKeys.direction, String(modelKeys.direction.default)),
  bidirectional: optionalOption(modelKeys.bidirectional, String(modelKeys.bidirectional.default)),
  head: declaredVariants(heads)
    .describe('From the last layer to the distribution of the next token. Default softmax.')
    .exactOptional(),
  initialization: initialization.describe('Initial values of the parameters. Default pytorch.').prefault({}),
});
