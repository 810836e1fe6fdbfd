import { z } from 'zod';
import { objectiveTerms } from '../../model/objectives/index.js';
import { objectiveScheduleOptions } from '../../model/objectives/schedule.js';
import { averagings } from '../../train/averaging/index.js';
import { optimizers } from '../../train/optimizers/index.js';
import { schedules } from '../../train/schedules/index.js';
import { declaredSection, declaredVariants } from './declared.js';
import { processes } from './processes.js';
import {
  choice,
  defaultVariantType,
  digestText,
  duration,
  mayChange,
  numberWithin,
  pathText,
  regularizer,
  section,
  switchValue,
  variants,
  variantType,
  wholeNumber,
} from './values.js';

const optimizer = declaredVariants<{ readonly learningRate: number }>(optimizers);
const schedule = declaredVariants(schedules);
const averaging = declaredVariants(averagings);

const clipping = variants(
  section({
    type: defaultVariantType('norm', 'Scale all gradients together when their global L2 norm exceeds the threshold.'),
    threshold: numberWithin({ above: 0, to: 1e9 }).describe('Largest norm. Default 5.').default(5),
  }),
  section({
    type: variantType('value', 'Cut each element of the gradient to ±threshold.'),
    threshold: numberWithin({ above: 0, to: 1e9 }).describe('Largest magnitude of an element. Default 5.').default(5),
  }),
  section({
    type: variantType(
      'norm-by-parameter',
      'Scale the gradient of each parameter (each matrix and each bias) by itself when its L2 norm exceeds the threshold.',
    ),
    threshold: numberWithin({ above: 0, to: 1e9 }).describe('Largest norm of a parameter. Default 1.').default(1),
  }),
  section({
    type: variantType(
      'adaptive',
      'Scale the gradient of each unit (a row of a matrix) to a share of the norm of its weights (AGC, Brock et al. 2021).',
    ),
    ratio: numberWithin({ above: 0, to: 1e6 })
      .describe('Largest norm of the gradient of a unit, as a share of the norm of its weights. Default 0.01.')
      .default(0.01),
    minimumNorm: numberWithin({ above: 0, to: 1e6 })
      .describe('Weights of a smaller norm count as if they had this one. Default 0.001.')
      .default(0.001),
  }),
  section({ type: variantType('none', 'Leave the gradients as they are.') }),
);

const penalty = (norm: string) =>
  numberWithin({ from: 0, to: 1e6 }).describe(`Weight of the ${norm} penalty, added to the gradients. Default 0.`).default(0);

const prompt = () => {
  const error = 'a text of at most 10000 characters';
  return z.string({ error }).max(10_000, { error });
};
const promptsError = 'a list of 1 to 100 texts';

const interval = (what: string) => wholeNumber(1, 1_000_000_000).describe(what).exactOptional();

const placeError = 'the name of a part of the model';
const placesError = 'a list of parts of the model, at least one';

const from = section({
  path: mayChange(
    pathText().describe(
      'The model: a model file, a checkpoint or a run directory. Relative to the file that states it. A run does not need it after its start.',
    ),
    'no-matter',
  ),
  vocabulary: choice('keep', 'extend', 'replace')
    .describe(
      'keep: the tokenizer of the model, as it is. extend: it, with the characters or words of the training text that it lacks. replace: ' +
        'the tokenizer of this config. Tokens that both have keep their weights, new ones are initialized. Default keep.',
    )
    .default('keep'),
  sha256: digestText()
    .describe('SHA-256 of the model file: another file is refused. A run writes it into its config. Default: any file.')
    .exactOptional(),
});

/** The length of a run whose config states neither epochs nor steps. */
export const defaultEpochs = 10;
/** Different lengths of windows where documents are sequences. */
export const defaultBuckets = 4;

/** How the model is trained. The loss is the mean over the step's tokens, in nats. */
export const training = section({
  epochs: mayChange(
    wholeNumber(1, 1_000_000)
      .describe(`Passes over the training text. One of epochs, steps and budget. Default ${defaultEpochs} epochs.`)
      .exactOptional(),
  ),
  steps: mayChange(
    wholeNumber(1, 1_000_000_000_000).describe('Optimizer steps. One of epochs, steps and budget.').exactOptional(),
  ),
  budget: duration()
    .describe(
      'Time for the whole training, such as 30m: the steps that fit into it are chosen from the speed measured here, and written to ' +
        'the config of the run. One of epochs, steps and budget.',
    )
    .exactOptional(),
  batchSize: wholeNumber(1, 65_536).describe('Streams of text, or documents, trained side by side. Default 32.').default(32),
  sequenceLength: wholeNumber(1, 65_536)
    .describe(
      'Tokens of each stream in a step: how far back gradients flow. The state itself carries on. Cut to the length of a stream, or of the longest document. ' +
        'Times layers at most 8192 on the typed-array engine, 1000 on onnxruntime. Default 64.',
    )
    .default(64),
  buckets: wholeNumber(1, 16)
    .describe(
      'With corpus.sequences documents: different lengths of windows, chosen so that the fewest steps are masked. Each has a program ' +
        `with its own memory. Default ${defaultBuckets}.`,
    )
    .exactOptional(),
  lengthVariation: section({
    halved: numberWithin({ from: 0, to: 0.5 })
      .describe('Share of the windows that have half of sequenceLength. Default 0.05.')
      .default(0.05),
    deviation: numberWithin({ from: 0, to: 10_000 })
      .describe("Standard deviation of the other windows' lengths, in tokens. Default 5.")
      .default(5),
  })
    .describe(
      'Windows of several lengths in a random order, and a learning rate in proportion to the length (Merity et al. 2017). Each length ' +
        'has a program with its own memory. Default: all windows have sequenceLength.',
    )
    .exactOptional(),
  shuffle: section({
    pieces: wholeNumber(2, 1000)
      .describe('Pieces that each stream is cut into; with 2 they are swapped (Press 2019). Default 2.')
      .default(2),
  })
    .describe(
      'Partial shuffling: in each epoch every stream is cut at random places and its pieces are read in another order. The state is ' +
        'carried from piece to piece. Default: streams are read from end to end.',
    )
    .exactOptional(),
  ...processes,
  accumulation: wholeNumber(1, 65_536)
    .describe(
      'Windows whose gradients are added to one update (gradient accumulation): the loss is the mean over all of their tokens. ' +
        'The last update of an epoch may have fewer. Default 1.',
    )
    .default(1),
  stateReset: mayChange(
    numberWithin({ from: 0, to: 1 })
      .describe(
        "Probability that a sequence's state is set to zero before a window, so that a model learns to start from an empty state " +
          '(Melis et al. 2018). Default 0.',
      )
      .default(0),
  ),
  optimizer: optimizer.describe('Default adam.').prefault({}),
  schedule: mayChange(schedule.describe('How the learning rate changes. Default constant.').prefault({})),
  clipping: mayChange(clipping.describe('Clipping of the gradients. Default norm 5.').prefault({})),
  regularization: mayChange(
    section({
      l1: regularizer(penalty('L1')),
      l2: regularizer(
        penalty('L2').describe(
          'Weight of the L2 penalty, added to the gradients (coupled; decoupled is weightDecay of the optimizer). Default 0.',
        ),
      ),
      maximumNorm: numberWithin({ above: 0, to: 1e9 })
        .describe(
          'Largest L2 norm of the weights that lead to a unit of a layer, after each update (Srivastava et al. 2014). Default: no limit.',
        )
        .exactOptional(),
    })
      .describe('Penalties on the weights, and a limit of their norm. Default none.')
      .prefault({}),
  ),
  gradientNoise: mayChange(
    numberWithin({ from: 0, to: 1e6 })
      .describe(
        'Variance of Gaussian noise added to the clipped gradients of the first update; it falls with (1 + t)^0.55 (Neelakantan et al. ' +
          '2015). Default 0.',
      )
      .default(0),
  ),
  objective: declaredSection(Object.fromEntries(objectiveTerms.map(({ name, option }) => [name, option])))
    .describe('Terms added to the cross-entropy, by their weights; each is logged by its name. Default none.')
    .prefault({}),
  objectiveSchedule: declaredSection(objectiveScheduleOptions)
    .describe('When each term of the objective counts, as shares of the run. Default: always.')
    .exactOptional(),
  averaging: averaging
    .describe(
      'Which parameters are evaluated and saved: the trained ones, or an average of them over the updates. Default none.',
    )
    .prefault({}),
  validation: mayChange(
    section({
      everyEpochs: interval('Epochs between validations. Either everyEpochs or everySteps.'),
      everySteps: interval('Steps between validations. Either everyEpochs or everySteps.'),
    })
      .describe('When the validation text is measured. Default: after each epoch, where there is a validation text.')
      .exactOptional(),
  ),
  earlyStopping: mayChange(
    section({
      patience: wholeNumber(1, 1_000_000)
        .describe('Consecutive validations without improvement after which training stops. Default 5.')
        .default(5),
      minimumImprovement: numberWithin({ from: 0, to: 100 })
        .describe('Nats per token by which a loss must be below the best one to count as an improvement. Default 0.')
        .default(0),
    })
      .describe('Stop when validation stops improving. Default: train to the end.')
      .exactOptional(),
  ),
  from: from
    .describe(
      'Start with the weights of a trained model instead of random ones. The sections model and tokenizer that the config does not have ' +
        'are those of the model; the state of the optimizer starts anew. Default: none.',
    )
    .exactOptional(),
  freeze: z
    .array(z.string({ error: placeError }).min(1, { error: placeError }).max(200, { error: placeError }), {
      error: placesError,
    })
    .min(1, { error: placesError })
    .describe(
      'Parts of the model that are not trained: embedding, layers.0, layers.1, ..., head, or names of parameters as inspect lists them. * ' +
        'stands for any characters. With tied weights the matrix of the head is in embedding. Default: none.',
    )
    .exactOptional(),
  samples: mayChange(
    section({
      everyEpochs: interval('Epochs between samples. Either everyEpochs or everySteps.'),
      everySteps: interval('Steps between samples. Either everyEpochs or everySteps.'),
      prompts: z
        .array(prompt(), { error: promptsError })
        .min(1, { error: promptsError })
        .max(100, { error: promptsError })
        .describe("Texts that are continued. Default: one empty text, which is the model's own beginning.")
        .default(['']),
      length: wholeNumber(1, 1_000_000).describe('Tokens of each sample. Default 200.').default(200),
      temperature: numberWithin({ from: 0, to: 100 })
        .describe("Divides the logits; 0 always takes the most probable token. Default 1, the model's own distribution.")
        .default(1),
      topP: numberWithin({ above: 0, to: 1 })
        .describe('Draw only from the most probable tokens that together have this probability. Default: all tokens.')
        .exactOptional(),
    })
      .describe(
        'Write samples with the current model during training, into the log and samples.jsonl. They do not change the training. ' +
          'Default: none.',
      )
      .exactOptional(),
    'no-matter',
  ),
  tensorboard: mayChange(
    switchValue()
      .describe(
        'Write event files for TensorBoard during training, into the folder tensorboard of the run directory. They do not change the ' +
          'training. Default false.',
      )
      .default(false),
    'no-matter',
  ),
  diagnostics: mayChange(
    section({
      everySteps: wholeNumber(1, 1_000_000_000).describe('Steps between measurements. Default 100.').default(100),
    })
      .describe(
        'Measure some steps of the training, into metrics.jsonl: how much they change each weight matrix, norms of the gradients, clipped ' +
          'steps, the noise scale, second moments below epsilon. The training does not change. {} measures at the default interval. ' +
          'Default: none.',
      )
      .exactOptional(),
    'no-matter',
  ),
  checkpoints: mayChange(
    section({
      everySteps: wholeNumber(1, 1_000_000_000).describe('Steps between checkpoints. Default 500.').default(500),
      keep: wholeNumber(1, 1_000_000)
        .describe('Latest checkpoints kept, beside the last one before the best validation. Default 2.')
        .default(2),
    })
      .describe('The files from which a stopped run is resumed.')
      .prefault({}),
  ),
});
