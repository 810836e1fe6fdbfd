import { asPercent, type DiagnosisRule, digits } from './finding.js';

/** A training without clipping that diverged. */
export const explodingGradients: DiagnosisRule = {
  name: 'exploding-gradients',
  describe: 'The training diverged, and its gradients were not clipped.',
  judge({ config, curves, ended }) {
    const { clipping } = config.training;
    if (ended !== 'diverged' || clipping.type !== 'none') return undefined;
    const norms = (curves?.training.gradientNorms ?? []).filter(Number.isFinite);
    const last = norms.at(-1);
    return {
      severity: 1,
      problem: 'The gradients exploded, and nothing limits them: training.clipping.type is none.',
      measured: `the training diverged${last === undefined ? '' : `; the last norm of the gradients in its log is ${digits(last)}`}`,
      threshold: 'A training that ends in numbers that are not finite has learned nothing more (Pascanu et al. 2013)',
      changes: [
        { key: 'training.clipping.type', value: 'norm' },
        { key: 'training.clipping.threshold', value: '1' },
      ],
      gain: 'Gradients of the same direction and limited length: the training goes on past the steep places of the loss.',
    };
  },
};

/** Batches this many times larger than the noise scale average away what is already clear. */
const TIMES = 10;
/** A training of more updates than this can afford a large batch. */
const FEW_UPDATES = 200;

/** The batch is much larger than the noise scale, and there were few updates. The noise scale grows during a training: only its end is judged. */
export const batchTooLarge: DiagnosisRule = {
  name: 'batch-too-large',
  describe: `At the end of the training, a step has more than ${TIMES} times the tokens of the noise scale, and there were fewer than ${FEW_UPDATES} steps.`,
  judge({ config, curves, ended, steps }) {
    const isAtEnd = ended === 'completed' || ended === 'early-stopping';
    if (!isAtEnd || curves === undefined || steps === undefined) return undefined;
    const { noiseScale, tokens } = steps;
    const updates = curves.training.steps.at(-1) ?? config.training.steps;
    if (noiseScale === undefined || updates === undefined || updates >= FEW_UPDATES || tokens < TIMES * noiseScale)
      return undefined;
    const batchSize = Math.max(1, Math.round(config.training.batchSize / Math.sqrt(tokens / noiseScale)));
    return {
      severity: 0.75,
      problem: 'The batch is too large for this text: there are few updates, and each averages far more tokens than it needs.',
      measured: `${updates} steps of ${Math.round(tokens)} tokens; the noise scale of the gradient is ${Math.round(noiseScale)} tokens`,
      threshold: `More than ${TIMES} times the noise scale is reported where there are fewer than ${FEW_UPDATES} steps; above the noise scale a larger batch saves hardly any steps (McCandlish et al. 2018)`,
      changes: [
        { key: 'training.batchSize', value: String(batchSize) },
        ...(config.training.steps === undefined
          ? []
          : [
              {
                key: 'training.steps',
                value: String(Math.round((config.training.steps * config.training.batchSize) / batchSize)),
              },
            ]),
      ],
      gain: 'More updates for the same tokens.',
    };
  },
};

/** The share of the gradient that still flows at the end of the window. */
const CUT = 0.1;

/** The gradient of the untrained model reaches further back than the window. */
export const windowTooShort: DiagnosisRule = {
  name: 'window-too-short',
  describe: `Before the training, the gradient that reaches back over the whole training window is still above ${asPercent(CUT)} of that of the last step.`,
  judge({ config, flow, initialFlow = flow }) {
    const { sequenceLength } = config.training;
    const { sequences, resetState } = config.corpus;
    if (sequences === 'documents' || resetState) return undefined;
    const shares = initialFlow.map(({ norms }) => (norms[sequenceLength] ?? 0) / norms[0]!);
    const largest = Math.max(0, ...shares);
    if (!(largest > CUT)) return undefined;
    const { horizon } = initialFlow[shares.indexOf(largest)]!;
    const enough = Math.max(2 * sequenceLength, horizon ?? 4 * sequenceLength);
    return {
      severity: 0.7,
      problem: `The windows of ${sequenceLength} steps are too short: the model could learn from what lies before them, and gradients do not reach it.`,
      measured: `before the training, ${sequenceLength} steps back the gradient is ${asPercent(largest)} of that of the last step`,
      threshold: `Above ${asPercent(CUT)} is reported: truncation then changes the direction of the gradient (Williams and Peng 1990)`,
      changes: [{ key: 'training.sequenceLength', value: String(1 << Math.ceil(Math.log2(enough))) }],
      gain: 'The model learns from what lies further back.',
    };
  },
};
