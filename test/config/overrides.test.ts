import { describe, expect, it } from 'vitest';
import { configFolder, least } from './helpers.js';

const { load, refusal } = configFolder();

describe('--set', () => {
  it('reads its value as YAML, in its type', () => {
    const config = load(least, [
      'seed=7',
      'model.tieWeights=true',
      'name="12"',
      'training.schedule={type: cosine, warmupSteps: 3}',
    ]);
    expect(config).toMatchObject({ seed: 7, name: '12', model: { head: { tie: true } } });
    expect(config.training.schedule).toEqual({ type: 'cosine', warmupSteps: 3, minimum: 0 });
  });

  it('can set keys of a section that the file does not have', () => {
    const { training, engine } = load(least, ['training.optimizer.learningRate=0.5', 'engine.threads=2']);
    expect(training.optimizer).toMatchObject({ type: 'adam', learningRate: 0.5 });
    expect(engine).toEqual({ type: 'typed-array', shards: 2, threads: 2 });
  });

  it('can set keys of an element of a list of layers, counted from 0', () => {
    const file = `${least}model: { layers: [{ type: gru, size: 8 }, { type: lstm, size: 16 }] }\n`;
    const { layers } = load(file, ['model.layers.1.size=12', 'model.layers.0.type=rnn']).model;
    expect(layers).toMatchObject([{ type: 'rnn' }, { type: 'lstm', size: 12 }]);
    expect(refusal(file, ['model.layers.2.size=12'])).toContain('model.layers');
  });

  it('lets the last flag win', () => {
    expect(load(least, ['seed=7', 'seed=8']).seed).toBe(8);
  });

  it('gives the same for a change of type and its keys in any order', () => {
    const file = `${least}  optimizer: {type: sgd, learningRate: 3}\n`;
    const flags = ['training.optimizer.type=adam', 'training.optimizer.beta1=0.5'];
    const config = load(file, flags);
    expect(config.training.optimizer).toMatchObject({ type: 'adam', beta1: 0.5, learningRate: 0.001 });
    expect(load(file, flags.toReversed())).toEqual(config);
  });

  it('removes a key when set to null', () => {
    const file = `seed: 4\n${least}`;
    expect(load(file, ['seed=']).seed).toBe(1);
    expect(load(file, ['training.epochs=null', 'training.steps=5']).training).toMatchObject({ steps: 5 });
  });

  it.each([
    [
      'training.batchSize=abc',
      '--set training.batchSize=abc: training.batchSize is "abc"; allowed: a whole number from 1 to 65536',
    ],
    [
      'model.hidenSize=3',
      '--set model.hidenSize=3: model.hidenSize is not a key (did you mean hiddenSize?); known here: cell,',
    ],
    ['learning_rate=3', '--set learning_rate=3: learning_rate is not a key (did you mean training.optimizer.learningRate?)'],
    ['seed.x=3', '--set seed.x=3: seed is a map; allowed: a whole number'],
    ['name=3', '--set name=3: name is 3; allowed: '],
    ['seed=[1', '--set seed=[1: Flow sequence'],
    ['seed=*x', '--set seed=*x: '],
    ['seed', '--set seed: write a key and a value'],
    ['=3', '--set =3: write a key and a value'],
    ['a..b=3', '--set a..b=3: write a key and a value'],
    ['extends=x.yaml', '--set extends=x.yaml: extends is allowed only in a file'],
    ['__proto__.x=1', '--set __proto__.x=1: __proto__ is not a key'],
    ['engine.shards=3', '--set engine.shards=3: engine.shards is 3 and training.batchSize is 32 by default'],
    [`${'a.'.repeat(50_000)}b=1`, 'write a key and a value'],
    [`name=${'x'.repeat(20_000)}`, 'the value is too long'],
  ])('refuses %.40s, naming the flag', (flag, message) => {
    expect(refusal(least, [flag])).toContain(message);
  });

  it('shows no control characters of a flag', () => {
    expect(refusal(least, ['seed=\u001b[31m'])).toContain('--set seed=\\u{1b}[31m');
  });
});
