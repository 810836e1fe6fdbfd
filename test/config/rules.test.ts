import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import { messageOf } from './helpers.js';

/** A config of the least, with parts replaced. */
const withParts = (parts: { corpus?: object; tokenizer?: object; model?: object; training?: object; engine?: object }) => ({
  ...parts,
  corpus: { ...(parts.corpus ?? { path: 'a.txt' }) },
  training: { epochs: 1, ...parts.training },
});

const files = { train: 'a', validation: 'b', test: 'c' };
const fables = { path: 'a', generator: 'fables', boundary: 'document' };
const noValidation = { path: 'a', split: { train: 1 } };

describe('a rule about two keys', () => {
  it.each<[string, Parameters<typeof withParts>[0], string]>([
    ['where the text is', { corpus: {} }, 'corpus.path is not set and corpus.train is not set: set one of them'],
    ['one file or three', { corpus: { ...files, path: 'd' } }, 'corpus.path is "d" and corpus.train is "a": give either'],
    ['split of files', { corpus: { ...files, split: { train: 1 } } }, 'corpus.split is set and corpus.train is "a"'],
    ['boundary of files', { corpus: { ...files, boundary: 'line' } }, 'corpus.boundary is "line" and corpus.train is "a"'],
    ['validation file', { corpus: { path: 'a', validation: 'b' } }, 'corpus.validation is "b" and corpus.path is "a"'],
    ['test file', { corpus: { path: 'a', test: 'b' } }, 'corpus.test is "b" and corpus.path is "a"'],
    ['shares', { corpus: { path: 'a', split: { train: 0.9, test: 0.2 } } }, 'the shares add up to 1.1 and must add up to 1'],
    [
      'floor and boundary',
      { corpus: { ...fables, boundary: 'line' } },
      'corpus.generator is "fables" and corpus.boundary is "line"',
    ],
    [
      'floor of lines and boundary',
      { corpus: { path: 'a', generator: { type: 'dyck', pairs: 3 }, boundary: 'document' } },
      'corpus.generator is set and corpus.boundary is "document": the exact entropy is known only for whole lines',
    ],
    [
      'lines as documents, cut at lines',
      { corpus: { path: 'a', documents: 'lines', boundary: 'line' } },
      'corpus.boundary is "line" and corpus.documents is "lines": each line is a document; set corpus.boundary to document',
    ],
    [
      'floor of fables and lines',
      { corpus: { ...fables, documents: 'lines' } },
      'corpus.generator is "fables" and corpus.documents is "lines": the exact entropy is known only for the text as it was',
    ],
    [
      'floor and duplicates',
      { corpus: { ...fables, duplicates: 'drop' } },
      'corpus.generator is "fables" and corpus.duplicates is "drop": the exact entropy counts what occurs twice',
    ],
    [
      'a direction and both',
      { model: { direction: 'backward', bidirectional: true } },
      'model.direction is "backward" and model.bidirectional is true: a bidirectional model reads in both directions',
    ],
    [
      'buckets of a stream',
      { training: { buckets: 3 } },
      'training.buckets is 3 and corpus.sequences is "stream" by default: a stream has no',
    ],
    ...(
      [
        ['corpus.documents is "none" by default: set corpus.documents', { documents: 'none' }, {}],
        ['corpus.boundary is "character": no document can be in two parts', { boundary: 'character' }, {}],
        ['corpus.resetState is true: each document begins with a zero state', { resetState: true }, {}],
        ['training.stateReset is 0.1: each document begins with a zero state', {}, { stateReset: 0.1 }],
        ['training.lengthVariation is set: windows are as long as the documents need', {}, { lengthVariation: {} }],
        ['training.shuffle is set: documents are shuffled in each epoch', {}, { shuffle: {} }],
      ] as const
    ).map(([message, corpus, training]): [string, Parameters<typeof withParts>[0], string] => {
      const { documents = 'lines', ...rest } = corpus as { documents?: 'none' | 'lines' };
      const stated = documents === 'none' ? {} : { documents };
      const parts = { corpus: { path: 'a', sequences: 'documents', ...stated, ...rest }, training };
      return [
        'sequences and another key',
        parts as Parameters<typeof withParts>[0],
        `corpus.sequences is "documents" and ${message}`,
      ];
    }),
    [
      'floor and words',
      { corpus: fables, tokenizer: { type: 'word' } },
      'corpus.generator is "fables" and tokenizer.type is "word"',
    ],
    [
      'smoothing over what an adaptive softmax leaves out',
      { model: { head: { type: 'adaptive-softmax' } }, training: { objective: { labelSmoothing: 0.1 } } },
      'training.objective.labelSmoothing is 0.1 and model.head.type is "adaptive-softmax": the term needs the probability of every',
    ],
    [
      'a soft target over what an adaptive softmax leaves out',
      {
        model: { head: { type: 'adaptive-softmax' } },
        training: { objective: { augmentedLoss: { temperature: 10 } } },
      },
      'training.objective.augmentedLoss is set and model.head.type is "adaptive-softmax": the term needs the probability of every',
    ],
    [
      'a term that ends before it starts',
      { training: { objective: { activation: 1 }, objectiveSchedule: { activation: { start: 0.5, end: 0.5 } } } },
      'training.objectiveSchedule.activation.start is 0.5 and training.objectiveSchedule.activation.end is 0.5: the term would never',
    ],
    [
      'a schedule of a term that the objective does not have',
      { training: { objectiveSchedule: { activation: { end: 0.5 } } } },
      'training.objectiveSchedule.activation is set and training.objective.activation is 0 by default: the objective does not have this term',
    ],
    [
      'a part of the run in which nothing is trained',
      { training: { objectiveSchedule: { crossEntropy: { start: 0.1 } } } },
      'training.objectiveSchedule is set: in a part of the run nothing would be trained',
    ],
    [
      'other inputs for a head that points to the text',
      { model: { head: { type: 'pointer-sentinel' } }, training: { objective: { multiTokenPrediction: 0.1 } } },
      'training.objective.multiTokenPrediction is 0.1 and model.head.type is "pointer-sentinel": the term gives the head other inputs',
    ],
    [
      'output vectors of another size than the embedding',
      { model: { embedding: { size: 5 }, hiddenSize: 7 }, training: { objective: { skipGram: 0.1 } } },
      'training.objective.skipGram is 0.1 and model.head is not set: the term needs an output vector of the size of the embedding',
    ],
    [
      'output vectors where tokens are in clusters',
      { model: { head: { type: 'adaptive-softmax' } }, training: { objective: { skipGram: { contextSize: 2 } } } },
      'training.objective.skipGram is set and model.head is set: the term needs an output vector',
    ],
    [
      'related words without a file',
      { training: { objective: { synonyms: { weight: 0.1 } } } },
      'training.objective.synonyms.weight is 0.1 and training.objective.synonyms.path is not set: set the path of a file',
    ],
    [
      'clusters of bytes',
      { tokenizer: { type: 'byte' }, model: { head: { type: 'adaptive-softmax' } } },
      'model.head.type is "adaptive-softmax" and tokenizer.type is "byte": clusters of rare tokens need ids in the order',
    ],
    [
      'tied by the short form beside a head',
      { model: { tieWeights: true, head: { type: 'adaptive-softmax' } } },
      'model.tieWeights is true and model.head.tie is not set',
    ],
    [
      'chrono without a forget gate',
      { model: { cell: { type: 'rnn' }, initialization: { chrono: 30 } } },
      'model.initialization.chrono is 30 and model.cell.type is "rnn": no layer has a gate that decides',
    ],
    [
      'two beginnings of forget gates',
      { model: { initialization: { forgetBias: 1, chrono: 30 } } },
      'model.initialization.forgetBias is 1 and model.initialization.chrono is 30: both set the initial',
    ],
    ['floor and <unk>', { corpus: fables, tokenizer: { type: 'character', minimumCount: 2 } }, 'tokenizer.minimumCount is 2'],
    ['floor and limit', { corpus: fables, tokenizer: { type: 'character', maximumSize: 20 } }, 'tokenizer.maximumSize is 20'],
    ['floor and bytes', { corpus: fables, tokenizer: { type: 'byte' } }, 'and tokenizer.type is "byte"'],
    [
      'byte pairs, made and read',
      { tokenizer: { type: 'bpe', vocabularySize: 300, file: 'a.json' } },
      'tokenizer.vocabularySize is 300 and tokenizer.file is "a.json": set exactly one',
    ],
    [
      'byte pairs out of nowhere',
      { tokenizer: { type: 'bpe' } },
      'tokenizer.vocabularySize is not set and tokenizer.file is not set: set exactly one',
    ],
    [
      'weights of a model and vectors',
      { training: { from: { path: 'a' } }, model: { initialization: { vectors: { path: 'b' } } } },
      'training.from.path is "a" and model.initialization.vectors.path is "b": both set the initial embedding',
    ],
    [
      'bytes that are to be extended',
      { tokenizer: { type: 'byte' }, training: { from: { path: 'a', vocabulary: 'extend' } } },
      'training.from.vocabulary is "extend" and tokenizer.type is "byte": bytes and byte pairs can encode every text',
    ],
    [
      'samples by epochs and by steps',
      { training: { samples: { everyEpochs: 1, everySteps: 5 } } },
      'training.samples.everyEpochs is 1 and training.samples.everySteps is 5: set exactly one',
    ],
    [
      'samples at no time',
      { training: { samples: { length: 10 } } },
      'training.samples.everyEpochs is not set and training.samples.everySteps is not set: set exactly one',
    ],
    [
      'samples of the likeliest and a nucleus',
      { training: { samples: { everySteps: 5, temperature: 0, topP: 0.9 } } },
      'training.samples.topP is 0.9 and training.samples.temperature is 0: temperature 0 always takes',
    ],
    [
      'a list of layers and a cell for all',
      { model: { layers: [{ type: 'lstm' }], cell: { type: 'gru' } } },
      'model.cell is set and model.layers is set: in a list each layer has its own type and size',
    ],
    [
      'a list of layers and a size for all',
      { model: { layers: [{ type: 'lstm' }], hiddenSize: 7 } },
      'model.hiddenSize is 7 and model.layers is set: in a list each layer',
    ],
    [
      'a residual connection around a layer of another size',
      { model: { layers: [{ size: 8 }, { size: 8, connection: 'dense' }, { type: 'gru', size: 8, connection: 'residual' }] } },
      'model.layers.2.connection is "residual" and model.layers.2.size is 8: the layer has 16 inputs and 8 outputs, and residual needs ' +
        'as many of both; make the sizes equal, or set the connection to none or dense',
    ],
    [
      'a highway from an embedding of another size than the default',
      { model: { embedding: { size: 8 }, layers: [{ connection: 'highway' }], initialization: { forgetBias: 1 } } },
      'model.layers.0.connection is "highway" and model.layers.0.size is not set: the layer has 8 inputs and 128 outputs',
    ],
    [
      'two sizes of the embedding',
      { model: { embeddingSize: 64, embedding: { size: 32 } } },
      'model.embeddingSize is 64 and model.embedding.size is 32: they set the same',
    ],
    [
      'tied, in short and in full',
      { model: { tieWeights: true, head: { tie: true } } },
      'model.tieWeights is true and model.head.tie is true: tieWeights is short for',
    ],
    [
      'masks of a window for nothing in a layer',
      { model: { layers: [{ dropout: { weight: 0.5, span: 'window' } }] } },
      'model.layers.0.dropout.span is "window" and model.layers.0.dropout.output is not set: without a rate there is no mask',
    ],
    [
      'masks of a window for nothing in the embedding',
      { model: { embedding: { dropout: { word: 0.5, span: 'window', input: 0 } } } },
      'model.embedding.dropout.span is "window" and model.embedding.dropout.input is 0: without a rate there is no mask',
    ],
    [
      'a penalty on changes in windows of one step',
      { training: { sequenceLength: 1, objective: { temporalActivation: 1 } } },
      'training.objective.temporalActivation is 1 and training.sequenceLength is 1: it compares a step with the next',
    ],
    [
      'a budget and epochs',
      { training: { epochs: 7, budget: '30m' } },
      'training.budget is "30m" and training.epochs is 7: the budget determines the number of steps',
    ],
    [
      'a budget and steps',
      { training: { steps: 7, budget: '30m' } },
      'training.budget is "30m" and training.steps is 7: the budget determines the number of steps',
    ],
    [
      'a deviation that leaves no window',
      { training: { sequenceLength: 10, lengthVariation: { deviation: 5 } } },
      'training.lengthVariation.deviation is 5 and training.sequenceLength is 10: sequenceLength must be more than two deviations',
    ],
    [
      'windows that do not vary',
      { training: { lengthVariation: { deviation: 0, halved: 0 } } },
      'training.lengthVariation.halved is 0 and training.lengthVariation.deviation is 0: all windows would have one length',
    ],
    [
      'two beginnings of averaging',
      { training: { averaging: { type: 'tail', start: 0.5, startStep: 10 } } },
      'training.averaging.start is 0.5 and training.averaging.startStep is 10: set one of them',
    ],
    [
      'averaging after the end',
      { training: { steps: 10, averaging: { type: 'tail', startStep: 10 } } },
      'training.averaging.startStep is 10 and training.steps is 10: averaging must begin',
    ],
    [
      'averaging that needs validation',
      { corpus: { path: 'x', split: { train: 1, validation: 0, test: 0 } }, training: { averaging: { type: 'nt-asgd' } } },
      'training.averaging.type is "nt-asgd" and corpus.split.validation is 0',
    ],
    [
      'warm-up and descent',
      { training: { schedule: { type: 'cosine', warmupSteps: 10, decaySteps: 10 } } },
      'training.schedule.warmupSteps is 10 and training.schedule.decaySteps is 10',
    ],
    [
      'a warm-up that reaches into the last descent',
      {
        training: {
          epochs: undefined,
          steps: 100,
          schedule: { type: 'warmup-stable-decay', warmupSteps: 80, decayShare: 0.5 },
        },
      },
      'training.schedule.warmupSteps is 80 and training.schedule.decayShare is 0.5',
    ],
    [
      'nothing after the end of the run',
      { training: { schedule: { type: 'cosine', afterDecay: 'restart' } } },
      'training.schedule.afterDecay is "restart" and training.schedule.decaySteps is not set',
    ],
    [
      'forget bias',
      { model: { cell: { type: 'gru' }, initialization: { type: 'uniform', forgetBias: 1 } } },
      'model.initialization.forgetBias is 1 and model.cell.type is "gru": no layer has a forget gate',
    ],
    ['how long, twice', { training: { steps: 5 } }, 'training.epochs is 1 and training.steps is 5: set one of them'],
    [
      'when to validate, twice',
      { training: { validation: { everySteps: 1, everyEpochs: 1 } } },
      'everySteps is 1: set exactly one',
    ],
    ['when to validate, never', { training: { validation: {} } }, 'everySteps is not set: set exactly one'],
    [
      'validating nothing',
      { corpus: noValidation, training: { validation: { everySteps: 1 } } },
      'training.validation is set and corpus.split.validation is 0',
    ],
    [
      'stopping early blindly',
      { corpus: { train: 'a' }, training: { earlyStopping: {} } },
      'training.earlyStopping is set and corpus.validation is not set',
    ],
    [
      'plateau of nothing',
      { corpus: noValidation, training: { schedule: { type: 'plateau' } } },
      'training.schedule.type is "plateau" and corpus.split.validation is 0',
    ],
    [
      'a minimum above the rate',
      { training: { schedule: { type: 'cosine', minimum: 0.001 } } },
      'training.schedule.minimum is 0.001 and training.optimizer.learningRate is 0.001 by default',
    ],
    [
      'a warm-up without end',
      { training: { epochs: undefined, steps: 100, schedule: { type: 'cosine', warmupSteps: 100 } } },
      'training.schedule.warmupSteps is 100 and training.steps is 100',
    ],
    [
      'unequal shards',
      { training: { batchSize: 10 }, engine: { shards: 4 } },
      'engine.shards is 4 and training.batchSize is 10',
    ],
    [
      'unequal microbatches',
      { training: { batchSize: 10, microbatches: 4 } },
      'training.microbatches is 4 and training.batchSize is 10: the microbatches are equal parts of the batch',
    ],
    [
      'unequal shards of microbatches',
      { training: { batchSize: 12, microbatches: 2 }, engine: { shards: 4 } },
      'engine.shards is 4 and training.batchSize is 12 and training.microbatches is 2: the shards are equal parts of a microbatch',
    ],
    [
      'local steps, and an average',
      { training: { diloco: {}, averaging: { type: 'ema' } } },
      'training.diloco is set and training.averaging.type is "ema": with local steps the shared parameters are evaluated',
    ],
    [
      'local steps, and diagnostics',
      { training: { diloco: {}, diagnostics: {} } },
      'training.diloco is set and training.diagnostics is set: with local steps diagnostics measure the gradient of a whole batch',
    ],
    [
      'local steps, and noise',
      { training: { diloco: {}, gradientNoise: 0.1 } },
      'training.diloco is set and training.gradientNoise is 0.1: with local steps all workers would get the same noise',
    ],
    [
      'idle threads',
      { engine: { threads: 4 } },
      'engine.threads is 4 and engine.shards is not set: each thread computes at least one shard of the batch, and there are 2; use at most 2 threads, or begin a new run with engine.shards 4',
    ],
  ])('%s', (_, parts, message) => {
    expect(messageOf(() => resolveConfig(withParts(parts)))).toContain(message);
  });

  it('lets through what is just allowed', () => {
    const parts = [
      { corpus: { path: 'a', split: { train: 0.7, validation: 0.2, test: 0.1 } } },
      { corpus: fables },
      { model: { tieWeights: true, embeddingSize: 128 } },
      { training: { schedule: { type: 'plateau' } } },
      { training: { batchSize: 12 }, engine: { shards: 4, threads: 4 } },
      { training: { batchSize: 12, microbatches: 3 }, engine: { shards: 4, threads: 4 } },
      { training: { batchSize: 9, microbatches: 3 } },
      { training: { batchSize: 3 }, engine: { type: 'onnxruntime', threads: 8 } },
      { corpus: { train: 'a', generator: 'fables' } },
    ];
    for (const part of parts) expect(() => resolveConfig(withParts(part))).not.toThrow();
  });
});
