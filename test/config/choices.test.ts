import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configJsonSchema, type JsonSchema } from '../../src/config/json-schema.js';
import { objectiveScheduleOptions } from '../../src/model/objectives/schedule.js';

/*
 * Every word that a config key may be (and every switch, and every map beside words) has a test that holds what it means, not only that
 * it is accepted. The table names file and title. A new choice fails here until it has such a test.
 */
const definitions: Record<string, Record<string, string>> = {
  'corpus.boundary': {
    character: 'text/splits.test.ts: cut at floor(n * fraction) characters',
    line: 'text/splits.test.ts: move forward to the next line, and stay at a line start',
    document: 'text/splits.test.ts: move forward to the next document, behind all of its blank lines',
  },
  'corpus.order': {
    given: 'text/arrangement.test.ts: is named so in messages, and has tokens of its own in the cache',
    shuffled: 'text/arrangement.test.ts: has the same documents in another order, which is always the same, in all parts',
  },
  'corpus.duplicates': {
    keep: 'text/arrangement.test.ts: has the first of equal documents, whatever white space is around them',
    drop: 'text/arrangement.test.ts: has the first of equal documents, whatever white space is around them',
  },
  'corpus.documents': {
    none: 'text/reading/read-documents.test.ts: are joined, with a line end between them where one has none',
    lines: 'text/reading/documents.test.ts: %j of %j',
    'blank-lines': 'text/reading/documents.test.ts: %j of %j',
    files: 'text/reading/read-documents.test.ts: are documents each, as are the lines of JSON',
    marker: 'text/reading/documents.test.ts: %j of %j',
  },
  'corpus.sequences': {
    stream: 'text/encode.test.ts: begins a split with the end of a document only where documents are sequences',
    documents:
      'train/independent-documents.test.ts: give loss and gradients of the documents one by one, whatever is masked: %s',
  },
  'corpus.resetState': {
    true: 'model/resets.test.ts: is learned from as if each document stood alone: $type',
    false: 'model/resets.test.ts: makes no graph another where it is not',
  },
  'corpus.normalization.unicode': {
    none: 'text/reading/normalization.test.ts: changes what was asked for',
    NFC: 'text/reading/normalization.test.ts: changes what was asked for',
    NFKC: 'text/reading/normalization.test.ts: changes what was asked for',
  },
  'corpus.normalization.newlines': {
    keep: 'text/reading/normalization.test.ts: changes what was asked for',
    lf: 'text/reading/normalization.test.ts: changes what was asked for',
  },
  'corpus.normalization.byteOrderMark': {
    drop: 'text/reading/read-documents.test.ts: lose their byte order marks, unless these are to be kept',
    keep: 'text/reading/read-documents.test.ts: lose their byte order marks, unless these are to be kept',
  },
  'corpus.generator': {
    fables: 'text/generators/fables.test.ts: is what the generator writes from seed 1',
    markov: 'text/generators/formal/formal.test.ts: of markov come from one table, whatever the seed of the text',
    reber: 'text/generators/formal/formal.test.ts: of reber pass the grammar, and repeat what they chose first',
    dyck: 'text/generators/formal/formal.test.ts: of dyck are balanced, no deeper than the limit, and reach it',
    copy: 'text/generators/formal/formal.test.ts: of copy say the same twice',
    adding: 'text/generators/formal/formal.test.ts: of adding end in the sum of the marked digits, one in each half',
    names: 'text/generators/formal/formal.test.ts: of names are syllables, with vowels in harmony and at most so many of them',
  },
  'tokenizer.type': {
    character:
      'text/tokenizers/character.test.ts: has one id a character: pairs of surrogates stay together, line ends stay apart',
    word: 'text/tokenizers/word.test.ts: splits at white space and ends every line, blank ones too, with <eos>',
    byte: 'text/tokenizers/byte.test.ts: has the bytes of UTF-8 as ids',
    bpe: 'text/tokenizers/train-bpe.test.ts: does what the definition says',
  },
  'tokenizer.case': {
    keep: 'text/tokenizers/word.test.ts: gives back normalized text exactly, and any text normalized',
    lower: 'text/tokenizers/word-spacing.test.ts: are the words of the text in lower case',
  },
  'tokenizer.punctuation': {
    attached: 'text/tokenizers/word.test.ts: splits at white space and ends every line, blank ones too, with <eos>',
    separate: 'text/tokenizers/word-spacing.test.ts: come back as they were spaced, white space normalized',
  },
  'tokenizer.spaces': {
    single: 'text/tokenizers/word.test.ts: gives back normalized text exactly, and any text normalized',
    exact:
      'text/tokenizers/word-spacing.test.ts: have a token for each white-space character that is not one blank between words',
  },
  'model.cell.type': {
    lstm: 'model/pytorch-cells.test.ts: on the %s engine, PyTorch and we agree on',
    gru: 'model/pytorch-cells.test.ts: on the %s engine, PyTorch and we agree on',
    rnn: 'model/pytorch-cells.test.ts: on the %s engine, PyTorch and we agree on',
    mgu: 'model/cells/cell-equations.test.ts: computes the outputs, states and gradients of the equations of its paper',
    mingru: 'model/cells/cell-equations.test.ts: computes the outputs, states and gradients of the equations of its paper',
    minlstm: 'model/cells/cell-equations.test.ts: computes the outputs, states and gradients of the equations of its paper',
    sru: 'model/cells/cell-equations.test.ts: computes the outputs, states and gradients of the equations of its paper',
    qrnn: 'model/cells/cell-equations.test.ts: computes the outputs, states and gradients of the equations of its paper',
    'mogrifier-lstm':
      'model/cells/cell-equations.test.ts: computes the outputs, states and gradients of the equations of its paper',
    slstm: 'model/cells/cell-equations.test.ts: computes the outputs, states and gradients of the equations of its paper',
    mlstm: 'model/cells/cell-equations.test.ts: computes the outputs, states and gradients of the equations of its paper',
    'rg-lru': 'model/cells/cell-equations.test.ts: computes the outputs, states and gradients of the equations of its paper',
    jordan: 'model/cells/cell-equations.test.ts: computes the outputs, states and gradients of the equations of its paper',
    'exp-rnn': 'model/cells/cell-equations.test.ts: computes the outputs, states and gradients of the equations of its paper',
    goru: 'model/cells/cell-equations.test.ts: computes the outputs, states and gradients of the equations of its paper',
  },
  'model.cell.coupledGates': {
    true: 'model/cells/cell-equations.test.ts: computes the outputs, states and gradients of the equations of its paper',
    false: 'model/pytorch-cells.test.ts: on the %s engine, PyTorch and we agree on',
  },
  'model.cell.peepholes': {
    true: 'model/cells/cell-equations.test.ts: computes the outputs, states and gradients of the equations of its paper',
    false: 'model/pytorch-cells.test.ts: on the %s engine, PyTorch and we agree on',
  },
  'model.cell.candidate': {
    positive: 'model/cells/cell-equations.test.ts: computes the outputs, states and gradients of the equations of its paper',
    linear: 'model/cells/cell-equations.test.ts: computes the outputs, states and gradients of the equations of its paper',
  },
  'model.cell.forget': {
    sigmoid: 'model/cells/cell-equations.test.ts: computes the outputs, states and gradients of the equations of its paper',
    exponential: 'model/cells/cell-equations.test.ts: computes the outputs, states and gradients of the equations of its paper',
  },
  'model.cell.reset': {
    after: 'model/pytorch-cells.test.ts: on the %s engine, PyTorch and we agree on',
    before: 'model/pytorch-cells.test.ts: on the %s engine, PyTorch and we agree on',
  },
  'model.cell.nonlinearity': {
    tanh: 'model/pytorch-cells.test.ts: on the %s engine, PyTorch and we agree on',
    relu: 'model/pytorch-cells.test.ts: on the %s engine, PyTorch and we agree on',
  },
  'model.tieWeights': {
    true: 'model/pytorch-cells.test.ts: on the %s engine, PyTorch and we agree on',
    false: 'model/pytorch-cells.test.ts: on the %s engine, PyTorch and we agree on',
  },
  'model.layers.*.connection': {
    none: 'model/connections.test.ts: none: y',
    residual: 'model/connections.test.ts: residual: x + y',
    highway: 'model/connections.test.ts: highway: t y + (1 - t) x, with t = sigmoid(W x + b)',
    dense: 'model/connections.test.ts: dense: x and y side by side, so that the last layer hands on all before it',
  },
  'model.layers.*.activation': {
    relu: 'model/layers/layers.test.ts: has the outputs and gradients of torch',
    tanh: 'model/layers/layers.test.ts: has the outputs and gradients of torch',
    sigmoid: 'model/layers/layers.test.ts: has the outputs and gradients of torch',
    none: 'model/layers/layers.test.ts: has the outputs and gradients of torch',
    gelu: 'model/layers/attention.test.ts: has the outputs and gradients of torch, over two windows',
    silu: 'model/layers/attention.test.ts: has the outputs and gradients of torch, over two windows',
  },
  'model.layers.*.score': {
    dot: 'model/layers/attention.test.ts: has the outputs and gradients of torch, over two windows',
    additive: 'model/layers/attention.test.ts: has the outputs and gradients of torch, over two windows',
  },
  'model.layers.*.roles': {
    apart: 'model/layers/attention.test.ts: has the outputs and gradients of torch, over two windows',
    one: 'model/layers/attention.test.ts: has the outputs and gradients of torch, over two windows',
  },
  'model.layers.*.positions': {
    rotary: 'model/layers/attention.test.ts: has the outputs and gradients of torch, over two windows',
    relative: 'model/layers/attention.test.ts: has the outputs and gradients of torch, over two windows',
    none: 'model/layers/attention.test.ts: has the outputs and gradients of torch, over two windows',
  },
  'model.layers.*.form': {
    layer: 'model/layers/layers.test.ts: has the outputs and gradients of torch',
    rms: 'model/layers/layers.test.ts: has the outputs and gradients of torch',
  },
  'model.cell.normalization': {
    none: 'model/specification.test.ts: has a default for each key',
    layer: 'model/modifiers/pytorch-modifiers.test.ts: on the %s engine, plain torch statements and we agree on',
    rms: 'model/modifiers/pytorch-modifiers.test.ts: on the %s engine, plain torch statements and we agree on',
    batch: 'model/modifiers/pytorch-modifiers.test.ts: on the %s engine, plain torch statements and we agree on',
  },
  'model.layers.*.normalization': {
    none: 'model/specification.test.ts: has a default for each key',
    layer: 'model/modifiers/pytorch-modifiers.test.ts: on the %s engine, plain torch statements and we agree on',
    rms: 'model/modifiers/pytorch-modifiers.test.ts: on the %s engine, plain torch statements and we agree on',
    batch: 'model/modifiers/pytorch-modifiers.test.ts: on the %s engine, plain torch statements and we agree on',
  },
  'model.layers.*.dropout.span': {
    step: 'model/modifiers/dropout.test.ts: are for all steps, for one step, or for a parameter',
    window: 'model/modifiers/dropout.test.ts: a mask that is locked over a window drops the same values at each step',
  },
  'model.embedding.dropout.span': {
    step: 'model/modifiers/dropout.test.ts: are for all steps, for one step, or for a parameter',
    window: 'model/modifiers/pytorch-modifiers.test.ts: on the %s engine, plain torch statements and we agree on',
  },
  'model.layers.*.type': {
    'feed-forward': 'model/layers/layers.test.ts: has the outputs and gradients of torch',
    attention: 'model/layers/attention.test.ts: has the outputs and gradients of torch, over two windows',
    transformer: 'model/layers/attention.test.ts: has the outputs and gradients of torch, over two windows',
    normalization: 'model/layers/layers.test.ts: has the outputs and gradients of torch',
    'batch-normalization': 'model/layers/layers.test.ts: batch normalization is over the positions of all shards that count',
    lstm: 'model/registry.test.ts: is exported to ONNX as the core computes it',
    gru: 'model/registry.test.ts: is exported to ONNX as the core computes it',
    rnn: 'model/registry.test.ts: is exported to ONNX as the core computes it',
    mgu: 'model/registry.test.ts: is exported to ONNX as the core computes it',
    mingru: 'model/registry.test.ts: is exported to ONNX as the core computes it',
    minlstm: 'model/registry.test.ts: is exported to ONNX as the core computes it',
    sru: 'model/registry.test.ts: is exported to ONNX as the core computes it',
    qrnn: 'model/registry.test.ts: is exported to ONNX as the core computes it',
    'mogrifier-lstm': 'model/registry.test.ts: is exported to ONNX as the core computes it',
    slstm: 'model/registry.test.ts: is exported to ONNX as the core computes it',
    mlstm: 'model/registry.test.ts: is exported to ONNX as the core computes it',
    'rg-lru': 'model/registry.test.ts: is exported to ONNX as the core computes it',
    jordan: 'model/registry.test.ts: is exported to ONNX as the core computes it',
    'exp-rnn': 'model/registry.test.ts: is exported to ONNX as the core computes it',
    goru: 'model/registry.test.ts: is exported to ONNX as the core computes it',
  },
  'model.layers.*.coupledGates': {
    true: 'model/registry.test.ts: every entry computes what the core computes',
    false: 'model/registry.test.ts: every entry computes what the core computes',
  },
  'model.layers.*.candidate': {
    positive: 'model/registry.test.ts: every entry computes what the core computes',
    linear: 'model/registry.test.ts: every entry computes what the core computes',
  },
  'model.layers.*.forget': {
    sigmoid: 'model/registry.test.ts: every entry computes what the core computes',
    exponential: 'model/registry.test.ts: every entry computes what the core computes',
  },
  'model.layers.*.peepholes': {
    true: 'model/registry.test.ts: every entry computes what the core computes',
    false: 'model/registry.test.ts: every entry computes what the core computes',
  },
  'model.layers.*.reset': {
    after: 'model/registry.test.ts: every entry computes what the core computes',
    before: 'model/registry.test.ts: every entry computes what the core computes',
  },
  'model.layers.*.nonlinearity': {
    tanh: 'model/registry.test.ts: every entry computes what the core computes',
    relu: 'model/registry.test.ts: every entry computes what the core computes',
  },
  'model.head.type': {
    softmax: 'model/registry.test.ts: every entry computes what the core computes',
    'adaptive-softmax':
      'model/heads/heads.test.ts: an adaptive softmax computes what torch.nn.AdaptiveLogSoftmaxWithLoss computes',
    'mixture-of-softmaxes': 'model/heads/heads.test.ts: a mixture of softmaxes computes what the equations of its paper say',
    'pointer-sentinel': 'model/heads/pointer-sentinel.test.ts: a pointer sentinel mixture computes what its paper says',
  },
  'model.direction': {
    forward: 'train/directions.test.ts: is trained as a forward model on the reversed text, bit for bit',
    backward: 'train/directions.test.ts: is trained as a forward model on the reversed text, bit for bit',
  },
  'model.bidirectional': {
    true: 'model/stacks.test.ts: has the losses, the states and the gradients of two LSTMs of torch with one embedding and one decoder',
    false: 'model/registry.test.ts: has the gradients of central differences in float64',
  },
  'model.head.tie': {
    true: 'model/registry.test.ts: every entry computes what the core computes',
    false: 'model/registry.test.ts: every entry computes what the core computes',
  },
  'model.initialization.type': {
    pytorch: 'model/initialization.test.ts: pytorch draws the embedding from N(0, 1) and all else uniformly in ±1/sqrt(H)',
    uniform: 'model/initialization.test.ts: uniform draws every parameter uniformly in ±range, by default 0.1',
    'xavier-uniform':
      'model/initialization.test.ts: xavier-uniform draws each gate uniformly with variance 2/(fan in + fan out)',
    'xavier-normal':
      'model/initialization.test.ts: xavier-normal draws each gate from a normal distribution of variance 2/(fan in',
    identity: 'model/initialization.test.ts: identity makes each recurrent gate scale times the identity',
    orthogonal: 'model/initialization.test.ts: orthogonal makes each recurrent gate W of $cell.type orthogonal: W W’ = I',
  },
  'training.gradientPrecision': {
    float32: 'train/gradient-sums.test.ts: are added over microbatches by pairs, bit for bit, rounded to %s',
    bfloat16: 'train/gradient-sums.test.ts: are added over microbatches by pairs, bit for bit, rounded to %s',
  },
  'training.optimizer.type': {
    sgd: 'train/update-program.test.ts: by %s follows its equations',
    momentum: 'train/update-program.test.ts: by %s follows its equations',
    rmsprop: 'train/update-program.test.ts: by %s follows its equations',
    adam: 'train/update-program.test.ts: by %s follows its equations',
    adamw: 'train/update-program.test.ts: by %s follows its equations',
    nadam: 'train/update-program.test.ts: by %s follows its equations',
    adabelief: 'train/update-program.test.ts: by %s follows its equations',
    lion: 'train/update-program.test.ts: by %s follows its equations',
    muon: 'train/update-by-parameter.test.ts: by muon moves each gate by an orthogonalized momentum, and all else by Adam',
  },
  'training.optimizer.nesterov': {
    true: 'train/update-program.test.ts: by %s follows its equations',
    false: 'train/update-program.test.ts: by %s follows its equations',
  },
  ...Object.fromEntries(
    Object.keys(objectiveScheduleOptions).map((term) => [
      `training.objectiveSchedule.${term}.shape`,
      {
        constant: 'model/objective-schedule.test.ts: is constant from start to end',
        linear: 'model/objective-schedule.test.ts: falls in a line from the whole weight to 0',
      },
    ]),
  ),
  'training.schedule.type': {
    constant: 'train/schedules.test.ts: constant is the same throughout',
    step: 'train/schedules.test.ts: step is multiplied by the factor every everyEpochs epochs after startEpoch',
    exponential: 'train/schedules.test.ts: exponential is multiplied by the factor in each epoch after startEpoch',
    cosine: 'train/schedules.test.ts: cosine rises along a line for warmupSteps, then falls half a cosine to the minimum',
    plateau:
      'train/schedules.test.ts: plateau is multiplied by the factor after patience validations that do not beat the best',
    linear: 'train/schedules.test.ts: linear rises for warmupSteps, falls along a line to the minimum at decaySteps, and stays',
    'warmup-stable-decay':
      'train/schedules.test.ts: warmup-stable-decay rises, stays, and falls in the last decayShare of the run: %s',
    'one-cycle':
      'train/schedules.test.ts: one-cycle rises to the full rate in riseShare of the run, and falls below the first rate',
    'inverse-square-root':
      'train/schedules.test.ts: inverse-square-root rises for warmupSteps and falls with the square root of the step',
    'cosine-restarts': 'train/schedules.test.ts: cosine-restarts falls half a cosine in each period, after a warm-up',
  },
  'training.schedule.thresholdMode': {
    absolute: 'train/schedules.test.ts: plateau with a relative threshold needs an improvement by that share of the best loss',
    relative: 'train/schedules.test.ts: plateau with a relative threshold needs an improvement by that share of the best loss',
  },
  'training.schedule.decayShape': {
    linear: 'train/schedules.test.ts: warmup-stable-decay rises, stays, and falls in the last decayShare of the run: %s',
    'square-root': 'train/schedules.test.ts: warmup-stable-decay rises, stays, and falls in the last decayShare of the run: %s',
  },
  'training.schedule.curve': {
    cosine: 'train/schedules.test.ts: PyTorch has the same rates: $schedule',
    linear: 'train/schedules.test.ts: PyTorch has the same rates: $schedule',
  },
  'training.schedule.afterDecay': {
    hold: 'train/schedules.test.ts: cosine stays at the minimum after decaySteps, or repeats the decay without warm-up',
    restart: 'train/schedules.test.ts: cosine stays at the minimum after decaySteps, or repeats the decay without warm-up',
  },
  'training.from.vocabulary': {
    keep: 'train/starting-model.test.ts: has its weights and its vocabulary, bit for bit, and says so',
    extend:
      'train/starting-model.test.ts: with a vocabulary that is extended has the tokens of the model by their ids, and then the new ones',
    replace: 'train/starting-model.test.ts: with a vocabulary that is replaced has the rows of the tokens that both have',
  },
  'training.tensorboard': {
    true: 'train/tensorboard.test.ts: have the scalars of metrics.jsonl',
    false: 'train/tensorboard.test.ts: change no bit of model, checkpoints and metrics',
  },
  'training.averaging.type': {
    none: 'train/averaging.test.ts: by none keeps one array of parameters',
    ema: 'train/averaging.test.ts: by %s is what PyTorch averages',
    tail: 'train/averaging.test.ts: by %s is what PyTorch averages',
    'nt-asgd': 'train/averaging.test.ts: by %s is what PyTorch averages',
  },
  'training.averaging.warmup': {
    true: 'train/averaging.test.ts: by %s is what PyTorch averages',
    false: 'train/averaging.test.ts: by %s is what PyTorch averages',
  },
  'training.clipping.type': {
    norm: 'train/update-program.test.ts: with clipping norm scales all gradients together when their norm is above the threshold',
    value: 'train/update-program.test.ts: with clipping value cuts each gradient to the threshold',
    'norm-by-parameter': 'train/update-by-parameter.test.ts: with clipping norm-by-parameter scales each parameter by itself',
    adaptive: 'train/update-by-parameter.test.ts: with clipping adaptive scales each unit to a share of its weights',
    none: 'train/update-program.test.ts: with clipping none takes gradients of any size',
  },
  'engine.type': {
    'typed-array': 'engine/typed-array/parity.test.ts: the typed-array engine computes what the reference kernels compute',
    onnxruntime: 'engine/onnxruntime/parity.test.ts: the onnxruntime engine computes what the reference kernels compute',
    auto: 'train/engine-auto.test.ts: is the fastest of those measured, said before the start, written down, and the same bits as its name',
  },
  'engine.threads': {
    auto: 'engine/typed-array/thread-choice.test.ts: takes the number of threads whose runs take the least time',
  },
  'engine.provider': {
    cpu: 'engine/onnxruntime/providers.test.ts: $provider computes what the reference kernels compute, or says what it needs',
    webgpu: 'engine/onnxruntime/webgpu.test.ts: computes the gradients that the plain kernels compute, for every cell',
    cuda: 'engine/onnxruntime/providers.test.ts: $provider computes what the reference kernels compute, or says what it needs',
    tensorrt:
      'engine/onnxruntime/providers.test.ts: $provider computes what the reference kernels compute, or says what it needs',
    coreml:
      'engine/onnxruntime/providers.test.ts: $provider computes what the reference kernels compute, or says what it needs',
    dml: 'engine/onnxruntime/providers.test.ts: $provider computes what the reference kernels compute, or says what it needs',
  },
};

/** The choices of each key. An alternative that is a map without a `type` counts by its keys. */
function choicesOf(schema: JsonSchema, path = '', found = new Map<string, Set<string>>()): Map<string, Set<string>> {
  const add = (choice: unknown) => {
    found.set(path, (found.get(path) ?? new Set()).add(String(choice)));
  };
  if ('const' in schema) add(schema.const);
  for (const word of (schema.enum as unknown[] | undefined) ?? []) add(word);
  if (schema.type === 'boolean') for (const word of [true, false]) add(word);
  const alternatives = [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  const words = alternatives.some(({ enum: list, const: word }) => list !== undefined || word !== undefined);
  for (const alternative of alternatives) {
    const { properties } = alternative;
    if (words && properties !== undefined && !('type' in properties)) for (const key of Object.keys(properties)) add(key);
    choicesOf(alternative, path, found);
  }
  if (schema.items) choicesOf(schema.items as JsonSchema, `${path}.*`, found);
  for (const [key, inner] of Object.entries(schema.properties ?? {})) choicesOf(inner, path ? `${path}.${key}` : key, found);
  return found;
}

/** A type is a choice of the section that it stands in, which may be written as one word. */
const shorthands: Record<string, string> = { engine: 'engine.type', 'corpus.generator.type': 'corpus.generator' };

const choices = [...choicesOf(configJsonSchema())].flatMap(([path, words]) =>
  [...words].map((word) => ({ path: shorthands[path] ?? path, word })),
);

describe('each choice of a config key', () => {
  test('is found in the schema', () => {
    expect(choices).toEqual(
      expect.arrayContaining([
        { path: 'model.initialization.type', word: 'orthogonal' },
        { path: 'corpus.documents', word: 'marker' },
        { path: 'corpus.documents', word: 'files' },
        { path: 'engine.provider', word: 'tensorrt' },
        { path: 'engine.threads', word: 'auto' },
        { path: 'training.optimizer.nesterov', word: 'true' },
      ]),
    );
  });

  test('has a test that holds what it means', () => {
    const untested = choices.filter(({ path, word }) => definitions[path]?.[word] === undefined);
    expect(untested).toEqual([]);
  });

  test('is a choice still, where the table names a test for it', () => {
    const known = new Set(choices.map(({ path, word }) => `${path} ${word}`));
    const named = Object.entries(definitions).flatMap(([path, words]) => Object.keys(words).map((word) => `${path} ${word}`));
    expect(named.filter((choice) => !known.has(choice))).toEqual([]);
  });

  test('has a test that is there under this name', () => {
    const tests = [...new Set(Object.values(definitions).flatMap((words) => Object.values(words)))];
    const missing = tests.filter((named) => {
      const [file, title] = [named.slice(0, named.indexOf(': ')), named.slice(named.indexOf(': ') + 2)];
      const text = readFileSync(join(import.meta.dirname, '..', file), 'utf8');
      return !["'", '`', '"'].some((quote) => text.includes(quote + title));
    });
    expect(missing).toEqual([]);
  });
});

/** The names of all keys, of sections too. */
function keysOf({ oneOf = [], anyOf = [], properties = {}, items }: JsonSchema): string[] {
  const inner = [...oneOf, ...anyOf, ...Object.values(properties), ...(items ? [items as JsonSchema] : [])];
  return [...Object.keys(properties), ...inner.flatMap(keysOf)];
}

test('each config key is named by a test', () => {
  const folder = join(import.meta.dirname, '..');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const words = new Set(files.flatMap((file) => readFileSync(join(folder, file), 'utf8').split(/\W+/)));
  const keys = keysOf(configJsonSchema());
  expect(keys).toEqual(expect.arrayContaining(['corpus', 'path', 'epochs']));
  expect(keys.filter((key) => !words.has(key))).toEqual([]);
});
