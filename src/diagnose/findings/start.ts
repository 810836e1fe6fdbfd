import { asPercent, type DiagnosisRule, digits } from './finding.js';

/** A first loss above this multiple of that of a uniform guess. */
const ABOVE_CHANCE = 1.3;

/** The untrained model is much worse than a uniform guess. */
export const wrongInitialScale: DiagnosisRule = {
  name: 'wrong-initial-scale',
  describe: `Before the training the loss is more than ${ABOVE_CHANCE} times ln(vocabulary size), and the first steps do not bring it below that.`,
  judge({ config, vocabularySize, firstSteps }) {
    if (firstSteps === undefined) return undefined;
    const first = firstSteps.losses[0]!;
    const chance = Math.log(vocabularySize);
    // Two or three steps may undo it, as with the embedding of torch.nn and a small vocabulary.
    if (!(first > ABOVE_CHANCE * chance) || firstSteps.losses.some((loss) => loss <= chance)) return undefined;
    const tied = config.model.head.tie === true;
    return {
      severity: 0.75,
      problem: `The initial weights have the wrong scale: before the training the model is sure of wrong tokens${tied ? ', because its output weights are those of the embedding' : ''}.`,
      measured: `the first loss is ${digits(first)} nats, and after ${firstSteps.losses.length} steps it is ${digits(firstSteps.losses.at(-1)!)}; a uniform guess has ${digits(chance)}`,
      threshold: `Above ${ABOVE_CHANCE} times ln(vocabulary size) is reported`,
      changes: [
        { key: 'model.initialization.type', value: 'uniform' },
        { key: 'model.initialization.range', value: '0.1' },
      ],
      gain: 'The first steps need not undo the initial weights (Zaremba et al. 2014 draw all weights from a small uniform range).',
    };
  },
};

/** An embedding with fewer columns than a binary code of the vocabulary has digits. */
export const narrowEmbedding: DiagnosisRule = {
  name: 'narrow-embedding',
  describe: 'The embedding has fewer columns than log2(vocabulary size).',
  judge({ config, vocabularySize }) {
    const { size } = config.model.embedding;
    const digitsNeeded = Math.ceil(Math.log2(vocabularySize));
    if (size >= digitsNeeded) return undefined;
    const wanted = Math.max(16, 2 * digitsNeeded);
    return {
      severity: 0.65,
      problem: `The embedding is too narrow: ${size} ${size === 1 ? 'number has' : 'numbers have'} to tell ${vocabularySize} tokens apart.`,
      measured: `${size} columns`,
      threshold: `At least log2 of the vocabulary size, ${digitsNeeded}: fewer columns than a binary code needs are reported`,
      changes: [{ key: 'model.embedding.size', value: String(wanted) }],
      gain: `The first layer sees which token it reads; ${asPercent(wanted / vocabularySize)} of the vocabulary's size costs little.`,
    };
  },
};
