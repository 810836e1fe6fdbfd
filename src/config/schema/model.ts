import {
  choice,
  defaultVariantType,
  numberWithin,
  section,
  switchValue,
  variants,
  variantType,
  wholeNumber,
} from './values.js';

const cell = variants(
  section({ type: defaultVariantType('lstm', 'Long short-term memory, gates i f g o (Hochreiter and Schmidhuber 1997).') }),
  section({
    type: variantType('gru', "Gated recurrent unit: h' = (1-z)*n + z*h (Cho et al. 2014)."),
    reset: choice('after', 'before')
      .describe(
        "Where the reset gate acts: after the recurrent product, n = tanh(Wx + b + r*(Uh + b')) (PyTorch, cuDNN), or before it, " +
          'n = tanh(Wx + b + U(r*h)) (the paper). These are different models. Default after.',
      )
      .default('after'),
  }),
  section({
    type: variantType('rnn', 'The plain recurrent network (Elman 1990).'),
    nonlinearity: choice('tanh', 'relu').describe('Function applied to the sum. Default tanh.').default('tanh'),
  }),
);

const forgetBias = numberWithin({ from: -100, to: 100 })
  .describe(
    'Starting value of the forget gate bias, lstm only; 1 helps to remember (Jozefowicz et al. 2015). Default: as the others.',
  )
  .exactOptional();

const initialization = variants(
  section({
    type: defaultVariantType('pytorch', 'As PyTorch does: layers uniform in ±1/sqrt(hiddenSize), embedding normal.'),
    forgetBias,
  }),
  section({
    type: variantType('uniform', 'Every parameter uniform in ±range.'),
    range: numberWithin({ above: 0, to: 10 }).describe('Largest magnitude. Default 0.1.').default(0.1),
    forgetBias,
  }),
  section({
    type: variantType('xavier-uniform', 'Uniform, variance 2/(fan in + fan out) (Glorot and Bengio 2010).'),
    forgetBias,
  }),
  section({
    type: variantType('xavier-normal', 'Normal, variance 2/(fan in + fan out) (Glorot and Bengio 2010).'),
    forgetBias,
  }),
  section({ type: variantType('orthogonal', 'Orthogonal recurrent matrices (Saxe et al. 2014).'), forgetBias }),
);

/** The network: embedding, stacked recurrent layers, decoder. */
export const model = section({
  cell: cell.describe('The recurrent cell. Default lstm.').prefault({}),
  layers: wholeNumber(1, 64).describe('Recurrent layers, stacked. Default 2.').default(2),
  embeddingSize: wholeNumber(1, 65_536).describe('Width of the token embedding. Default: hiddenSize.').exactOptional(),
  hiddenSize: wholeNumber(1, 65_536).describe('Width of each recurrent layer. Default 128.').default(128),
  dropout: numberWithin({ from: 0, below: 1 })
    .describe(
      'Share of values set to zero while training, on the non-recurrent connections: embedding output, between layers, before ' +
        'the decoder (Zaremba et al. 2014). Default 0.',
    )
    .default(0),
  tieWeights: switchValue()
    .describe('Use the embedding matrix as the decoder matrix too; needs embeddingSize equal to hiddenSize. Default false.')
    .default(false),
  initialization: initialization.describe('How the parameters start. Default pytorch.').prefault({}),
});
