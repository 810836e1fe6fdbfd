import { choice, defaultVariantType, numberWithin, section, variants, variantType, wholeNumber } from './values.js';

const minimum = numberWithin({ from: 0, to: 1000 });
const startEpoch = wholeNumber(1, 1_000_000).describe(
  'Last epoch at the full rate, counted from 1; the first decay comes as the next one begins. Default 1.',
);

/** How the learning rate changes while training. Epochs are counted from 1. */
export const schedule = variants(
  section({ type: defaultVariantType('constant', 'The same rate throughout.') }),
  section({
    type: variantType('step', 'rate * factor^ceil((epoch - startEpoch) / everyEpochs) once epoch > startEpoch.'),
    startEpoch: startEpoch.default(1),
    everyEpochs: wholeNumber(1, 1_000_000).describe('Epochs between decays. Default 1.').default(1),
    factor: numberWithin({ above: 0, below: 1 }).describe('What a decay multiplies the rate by. Default 0.5.').default(0.5),
  }),
  section({
    type: variantType('exponential', 'rate * factor^(epoch - startEpoch) once epoch > startEpoch.'),
    factor: numberWithin({ above: 0, below: 1 })
      .describe('What each epoch multiplies the rate by. Default 0.97.')
      .default(0.97),
    startEpoch: startEpoch.default(1),
  }),
  section({
    type: variantType('cosine', 'Up along a line, then down half a cosine (Loshchilov and Hutter 2017).'),
    warmupSteps: wholeNumber(0, 1_000_000_000).describe('Steps from 0 up to the full rate. Default 0.').default(0),
    minimum: minimum.describe('Rate at the end of the descent. Default 0.').default(0),
    decaySteps: wholeNumber(1, 1_000_000_000_000)
      .describe(
        'Step at which the rate reaches the minimum. Default: the last step of the run, also when a run is made longer.',
      )
      .exactOptional(),
    afterDecay: choice('hold', 'restart')
      .describe(
        'After decaySteps: stay at the minimum, or repeat the descent, without warm-up, every decaySteps. Default hold.',
      )
      .exactOptional(),
  }),
  section({
    type: variantType('plateau', 'Lower the rate when validation stops improving.'),
    factor: numberWithin({ above: 0, below: 1 }).describe('What a decay multiplies the rate by. Default 0.5.').default(0.5),
    patience: wholeNumber(1, 1_000_000)
      .describe('Validations in a row without improvement after which the rate is lowered. Default 2.')
      .default(2),
    threshold: numberWithin({ from: 0, to: 100 })
      .describe('Nats per token by which a loss must beat the best one to be an improvement. Default 0.001.')
      .default(0.001),
    minimum: minimum.describe('The rate never goes below this. Default 1e-6.').default(1e-6),
  }),
);
