import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import { entryView, type ParameterTable, parameterTable } from '../../src/model/parameter-table.js';
import { divergenceError, type SavedModels } from '../../src/train/divergence.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { equalLayers } from '../model/short-form.js';
import { type Settings, smallConfig, train } from './run-fixture.js';

const table = parameterTable(
  equalLayers({
    vocabularySize: 5,
    cell: { type: 'lstm' },
    layers: 2,
    embeddingSize: 4,
    hiddenSize: 4,
    dropout: 0,
    tieWeights: false,
  }),
);

/** An arena of ones, with a value in the first place of some tensors. */
function arena(names: readonly string[], value: number, { entries, arenaLength }: ParameterTable = table): Float32Array {
  const floats = new Float32Array(arenaLength).fill(1);
  for (const entry of entries) if (names.includes(entry.name)) entryView(floats, entry)[0] = value;
  return floats;
}

interface Found {
  parameters?: Float32Array;
  gradients?: Float32Array;
  state?: Record<string, readonly Float32Array[]>;
  loss?: number;
  training?: object;
  model?: Record<string, unknown>;
  step?: number;
  during?: 'training' | 'validation';
  learningRate?: number;
  saved?: SavedModels;
}

function messageOf({
  parameters = arena([], 1),
  gradients = arena([], 1),
  state = {},
  loss = 3,
  training = {},
  model = {},
  step = 7,
  during = 'training',
  learningRate = 0.1,
  saved = {},
}: Found): string {
  const config = resolveConfig({ corpus: { path: 'a.txt' }, model, training: { epochs: 1, ...training } });
  const numbers = { step, during, loss, table, learningRate, config };
  return divergenceError({ ...numbers, parameters, gradients, state }, saved).message;
}

const lower = ['encoder.weight', 'rnn.weight_ih_l0', 'rnn.weight_hh_l0', 'rnn.bias_ih_l0', 'rnn.bias_hh_l0'];
const upper = ['rnn.weight_ih_l1', 'rnn.weight_hh_l1', 'rnn.bias_ih_l1', 'rnn.bias_hh_l1'];
const decoder = ['decoder.weight', 'decoder.bias'];

describe('the origin of a divergence', () => {
  it('is named by the place of a layer in the list, whatever its parameters are called', () => {
    const model = { layers: [{ type: 'lstm', size: 4 }, { type: 'normalization' }, { type: 'lstm', size: 4 }] };
    const message = (found: Partial<Found>) => messageOf({ model, ...found });
    const broken = { 'h.1': [Float32Array.of(Number.NaN)] };
    expect(message({ state: broken })).toContain('the state of layer 3 (h.1) is not finite');
    expect(message({ gradients: arena(['rnn.weight_hh_l1'], Number.NaN) })).toContain(
      'the gradients of layer 3 (rnn.weight_hh_l1)',
    );
  });

  it.each([
    [[...lower, ...upper, ...decoder], 'the gradients of the decoder (decoder.weight, decoder.bias)'],
    [[...lower, ...upper], `the gradients of layer 2 (${upper.join(', ')})`],
    [lower, `the gradients of layer 1 (${lower.slice(1).join(', ')})`],
    [['encoder.weight'], 'the gradients of the embedding (encoder.weight)'],
  ])('is the uppermost part that gradients came down from: %j', (broken, said) => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(messageOf({ gradients: arena(broken, value) })).toContain(`at step 7: ${said} are not finite (loss 3)`);
  });

  it('is the lowest layer whose state is not finite, and the decoder when all states are finite', () => {
    const [good, bad] = [new Float32Array([1, 2]), new Float32Array([1, Number.NaN])];
    const gradients = arena([...lower, ...upper, ...decoder], Number.NaN);
    const state = { 'h.0': [good, good], 'c.0': [good, good], 'h.1': [good, bad], 'c.1': [bad, good] };
    expect(messageOf({ gradients, state, loss: Number.NaN })).toContain('the state of layer 2 (h.1) is not finite (loss NaN)');
    const finite = { 'h.0': [good], 'h.1': [good] };
    expect(messageOf({ gradients, state: finite, loss: Number.NaN })).toContain('the logits of the decoder are too large');
  });

  it('is in the validation where the validation loss is not finite', () => {
    const validated = { during: 'validation', loss: Number.NaN } as const;
    expect(messageOf(validated)).toMatch(
      /^training diverged in the validation after step 7: .* too large, so that the loss of the validation text is not a number/,
    );
    expect(messageOf({ loss: Number.NaN })).toMatch(/^training diverged at step 7: .*, so that the loss is not a number/);
  });

  it('is each parameter that is not finite, with how many of its numbers', () => {
    const parameters = arena(['rnn.weight_hh_l0', 'decoder.bias'], Number.POSITIVE_INFINITY);
    const said = 'parameters that are not finite: rnn.weight_hh_l0 (1 of 64 numbers), decoder.bias (1 of 5 numbers)';
    expect(messageOf({ parameters, loss: Number.NaN })).toContain(said);
  });

  it('is the largest gradient when all are finite and the sum of their squares is not', () => {
    const message = messageOf({ gradients: arena(['rnn.weight_hh_l1'], 1e30) });
    expect(message).toContain('the sum of the squared gradients is too large for float32');
    expect(message).toContain('of rnn.weight_hh_l1, with the norm 1.000e+30');
  });

  it('is reported with the parameters and the state that had grown before', () => {
    const state = { 'h.0': [new Float32Array([1])], 'h.1': [new Float32Array([-2e9])] };
    const message = messageOf({ parameters: arena(['rnn.bias_ih_l0'], -4e12), state, loss: Number.NaN });
    expect(message).toContain('parameters up to 4.000e+12 (rnn.bias_ih_l0), a state up to 2.000e+9 (layer 2)');
  });
});

describe('numbers that had grown before a divergence', () => {
  const grown = (found: Found) =>
    /Before that, values had grown: (.*?)\. /.exec(messageOf({ loss: Number.NaN, ...found }))?.[1];
  const state = (value: number) => ({ 'h.0': [new Float32Array([1, value])] });

  it('are named where they are above 10000, the largest parameter and the largest state', () => {
    expect(grown({})).toBeUndefined();
    const largest = arena(['rnn.bias_ih_l0'], -20_000);
    for (const entry of table.entries) if (entry.name === 'decoder.bias') entryView(largest, entry)[0] = 15_000;
    expect(grown({ parameters: largest })).toBe('parameters up to 20000 (rnn.bias_ih_l0)');
    expect(grown({ state: { ...state(-30_000), 'h.1': [new Float32Array([20_000])] } })).toBe('a state up to 30000 (layer 1)');
    expect(grown({ parameters: arena([], 1).fill(10_000), state: state(10_000) })).toBeUndefined();
    expect(grown({ parameters: arena(['decoder.bias'], Number.POSITIVE_INFINITY), state: state(Number.NaN) })).toBeUndefined();
  });
});

describe('what to change after a divergence', () => {
  it.each([
    [{ clipping: { type: 'none' } }, 'Lower training.optimizer.learningRate (0.1 at this step), or clip the gradients'],
    [{ clipping: { type: 'norm', threshold: 5 } }, 'Lower training.optimizer.learningRate (0.1 at this step).'],
    [{ clipping: { type: 'norm', threshold: 1e6 } }, '(0.1 at this step) or training.clipping.threshold (1000000).'],
    // 1 - 0.1 * 30
    [
      { optimizer: { type: 'sgd' }, regularization: { l2: 30 } },
      'training.regularization.l2 (30): with the learning rate 0.1 each step multiplies the weights by -2.',
    ],
    [{ optimizer: { type: 'momentum' }, regularization: { l2: 30 } }, 'training.regularization.l2 (30)'],
    // 1 - 0.1 * 20 = -1: the weights keep their size.
    [{ optimizer: { type: 'sgd' }, regularization: { l2: 20 } }, 'Lower training.optimizer.learningRate'],
    // Adam divides by the root of the second moment.
    [{ optimizer: { type: 'adam' }, regularization: { l2: 30 } }, 'Lower training.optimizer.learningRate'],
    [{ clipping: { type: 'norm', threshold: 100 } }, '(0.1 at this step).'],
    [{ clipping: { type: 'value', threshold: 1000 } }, '(0.1 at this step).'],
  ])('fits %j', (training, remedy) => {
    expect(messageOf({ loss: Number.NaN, training })).toContain(remedy);
  });

  it('is the weight decay where one step turns the weights around', () => {
    const training = { optimizer: { type: 'adamw', weightDecay: 10 } };
    const said = (learningRate: number) => messageOf({ loss: Number.NaN, training, learningRate });
    expect(said(0.3)).toContain('weightDecay (10): with the learning rate 0.3 each step multiplies the weights by -2.');
    // 1 - 0.2 * 10 = -1: the weights keep their size.
    expect(said(0.2)).not.toContain('weightDecay');
  });

  it('is the initialization when the first window has no finite loss', () => {
    expect(messageOf({ loss: Number.NaN, step: 1 })).toContain('make the initial weights smaller (model.initialization)');
    expect(messageOf({ loss: 3, step: 1 })).not.toContain('model.initialization');
    expect(messageOf({ loss: Number.NaN, step: 2 })).not.toContain('model.initialization');
  });

  it('is the nonlinearity only of a network whose state has grown without bound', () => {
    const model = (nonlinearity: string) => ({ cell: { type: 'rnn', nonlinearity } });
    const state = (value: number) => ({ 'h.0': [new Float32Array([1, value])] });
    const said = (nonlinearity: string, value: number) =>
      messageOf({ loss: Number.NaN, model: model(nonlinearity), state: state(value) });
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1e30])
      expect(said('relu', value)).toContain('The state of a relu network can grow without bound');
    expect(said('relu', 1)).not.toContain('without bound');
    expect(said('tanh', Number.NaN)).not.toContain('without bound');
  });
});

describe('the checkpoint to return to after a divergence', () => {
  const last = { path: 'run/step-9', loss: 1.5 };

  it('is absent before the first checkpoint', () => {
    expect(messageOf({})).toContain('There is no checkpoint yet.');
  });

  it('is the last one, unless its loss is more than twice that of the uniform distribution', () => {
    expect(messageOf({ saved: { lastCheckpoint: last } })).toContain('The last checkpoint is run/step-9, training loss 1.5.');
    // The vocabulary has 5 tokens: chance has a loss of ln 5 = 1.609.
    const bad = messageOf({ saved: { lastCheckpoint: { ...last, loss: 3.25 } } });
    expect(bad).toContain('training loss 3.25: worse than a uniform guess (1.609), do not continue from it.');
    expect(messageOf({ saved: { lastCheckpoint: { ...last, loss: 3.2 } } })).toContain('run/step-9, training loss 3.2.');
    expect(messageOf({ saved: { lastCheckpoint: { path: last.path } } })).toContain('The last checkpoint is run/step-9.');
  });

  it('is the best model, and the checkpoint of its time if that is not the last', () => {
    const best = { lastCheckpoint: last, bestModel: 'run/model', bestLoss: 1.25, bestStep: 6 };
    const message = messageOf({ saved: { ...best, bestCheckpoint: 'run/step-6' } });
    expect(message).toContain('The best model is run/model, validation loss 1.25 after step 6.');
    expect(message).toContain('The last checkpoint up to that step is run/step-6: ');
    expect(messageOf({ saved: { ...best, bestCheckpoint: last.path } })).not.toContain('up to that step');
    expect(messageOf({ saved: best })).not.toContain('up to that step');
    expect(messageOf({ saved: { lastCheckpoint: last } })).not.toContain('The best model');
    for (const part of [{ bestModel: 'run/model' }, { bestLoss: 1.25, bestStep: 6 }])
      expect(messageOf({ saved: { lastCheckpoint: last, ...part } })).not.toContain('The best model');
  });
});

describe('a run that diverges', () => {
  const at = (learningRate: number): Settings => ({
    optimizer: { type: 'sgd', learningRate },
    clipping: { type: 'none' },
    validation: { everySteps: 5 },
  });
  const configOf = (folder: string, settings: Settings) =>
    smallConfig(folder, settings, { cell: { type: 'rnn', nonlinearity: 'relu' } });

  it('says where, and which model and checkpoint there are to go back to', async () => {
    const folder = temporaryFolder();
    const directory = join(folder, 'run');
    const events = await train(configOf(folder, { ...at(0.01), epochs: 1 }), directory);
    const last = events.findLast((event) => event.type === 'step')!.step;
    const run = train(configOf(folder, { ...at(1000), epochs: 3 }), directory, { start: 'resume' });
    await expect(run).rejects.toMatchObject({ kind: 'diverged' });
    const message = await run.catch((error: Error) => error.message);
    expect(Number(/^training diverged at step (\d+): /.exec(message as string)![1])).toBeGreaterThan(last);
    // The checkpoint of the time of the best model, which is not after it.
    const best = events.findLast((event) => event.type === 'end')!.bestStep!;
    const [, step] = /checkpoints\/step-(\d+)\.safetensors/.exec(message as string)!;
    expect([Number(step) <= best, Number(step) > best - 5]).toEqual([true, true]);
    expect(message).toContain(join(directory, 'model.safetensors'));
  });

  it('names the last checkpoint up to the best model where later ones are worse', async () => {
    const folder = temporaryFolder();
    const directory = join(folder, 'run');
    await train(configOf(folder, { ...at(0.2), steps: 5 }), directory);
    // The penalty changes the sign of all weights in each step.
    const penalty = { ...at(0.2), steps: 10, regularization: { l2: 9.5 } };
    await train(configOf(folder, penalty), directory, { start: 'resume' });
    const diverging = train(configOf(folder, { ...at(1000), steps: 20 }), directory, { start: 'resume' });
    const message = await diverging.catch((error: Error) => error.message);
    expect(message).toMatch(/The last checkpoint is \S+step-00000010\.safetensors/);
    expect(message).toMatch(/The best model is \S+, validation loss \S+ after step 5\./);
    expect(message).toMatch(/The last checkpoint up to that step is \S+step-00000005\.safetensors: /);
  });

  it('before its first validation has no best model to go back to', async () => {
    const folder = temporaryFolder();
    const message = await train(configOf(folder, at(1000)), join(folder, 'run')).catch((error: Error) => error.message);
    expect(message).toMatch(/^training diverged at step [1-4]: /);
    expect(message).not.toContain('model.safetensors');
  });
});
