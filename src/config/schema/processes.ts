import { choice, numberWithin, section, wholeNumber } from './values.js';

/** Keys of `training` that matter to processes that train together. */
export const processes = {
  microbatches: wholeNumber(1, 4096)
    .describe(
      'Equal parts of the batch that are computed one after another and whose gradients are added: a batch that does not fit into ' +
        'memory. Must divide batchSize. Default 1.',
    )
    .default(1),
  gradientPrecision: choice('float32', 'bfloat16')
    .describe(
      'To which gradients of microbatches are rounded before they are added, and their sum: with bfloat16, several processes send half as many ' +
        'bytes. Default float32.',
    )
    .default('float32'),
  diloco: section({
    everySteps: wholeNumber(2, 1_000_000).describe('Steps from one meeting to the next. Default 50.').default(50),
    outerLearningRate: numberWithin({ above: 0, to: 10 })
      .describe('Learning rate of the outer optimizer. Default 0.7.')
      .default(0.7),
    outerMomentum: numberWithin({ from: 0, below: 1 })
      .describe("Nesterov's momentum of the outer optimizer. Default 0.9.")
      .default(0.9),
  })
    .describe(
      'Local steps (DiLoCo, Douillard et al. 2023): each microbatch is the batch of a worker with parameters and an optimizer of its own; ' +
        'now and then an outer optimizer moves shared parameters by their mean change. For processes with slow connections. Default: gradients ' +
        'are added in each step.',
    )
    .exactOptional(),
};
