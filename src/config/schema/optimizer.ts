import { defaultVariantType, numberWithin, section, switchValue, variants, variantType } from './values.js';

const learningRate = (value: number) =>
  numberWithin({ above: 0, to: 1000 })
    .describe(`Size of a step; the schedule multiplies it. The loss is the mean over tokens. Default ${value}.`)
    .default(value);

const epsilon = numberWithin({ above: 0, to: 1 })
  .describe('Added to the root of the second moment, so that nothing is divided by zero. Default 1e-8.')
  .default(1e-8);

const beta = (name: string, value: number) =>
  numberWithin({ from: 0, below: 1 }).describe(`Decay of the running mean of the ${name}. Default ${value}.`).default(value);

const moments = { beta1: beta('gradient', 0.9), beta2: beta('squared gradient', 0.999), epsilon };

/** How gradients become steps. Defaults differ by type, as the methods do. */
export const optimizer = variants(
  section({ type: variantType('sgd', 'Plain stochastic gradient descent.'), learningRate: learningRate(1) }),
  section({
    type: variantType('momentum', 'Gradient descent with momentum (Sutskever et al. 2013, as in PyTorch).'),
    learningRate: learningRate(0.1),
    momentum: numberWithin({ above: 0, below: 1 })
      .describe('Share of the previous step that is kept. Default 0.9.')
      .default(0.9),
    nesterov: switchValue().describe('Look ahead along the momentum first (Nesterov). Default false.').default(false),
  }),
  section({
    type: variantType('rmsprop', 'Steps divided by the root of a running mean of squared gradients (Hinton 2012).'),
    learningRate: learningRate(2e-3),
    decay: numberWithin({ from: 0, below: 1 }).describe('Decay of the running mean of squares. Default 0.95.').default(0.95),
    epsilon,
  }),
  section({ type: defaultVariantType('adam', 'Adam (Kingma and Ba 2015).'), learningRate: learningRate(1e-3), ...moments }),
  section({
    type: variantType('adamw', 'Adam with decoupled weight decay (Loshchilov and Hutter 2019).'),
    learningRate: learningRate(1e-3),
    ...moments,
    weightDecay: numberWithin({ from: 0, to: 10 })
      .describe('Share of each weight, times the learning rate, taken away at each step. Default 0.01.')
      .default(0.01),
  }),
);
