/**
 * Every entry of the registries (layers, which include all cells; connections; heads; terms of the objective) goes through everything that a
 * user may do with it. A new entry is tested by being registered.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import type { Config } from '../../src/config/types.js';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/onnxruntime-engine.js';
import { openRunnableModel } from '../../src/engine/onnxruntime/run-model.js';
import { createReferenceEngine, evaluate } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { evaluatePerplexity } from '../../src/evaluate/perplexity.js';
import { defaultForm, type OnnxForm, onnxGraph } from '../../src/export/onnx-graph.js';
import { exportPyTorch } from '../../src/export/pytorch-export.js';
import { compareWithCore } from '../../src/export/verify-onnx.js';
import type { OptionValues } from '../../src/foundation/options.js';
import { createRandom } from '../../src/foundation/random.js';
import type { JsonValue } from '../../src/foundation/strict-json.js';
import { topologicalOrder } from '../../src/graph/node.js';
import { inputOperation } from '../../src/graph/operations/input.js';
import { connections } from '../../src/model/connections.js';
import { layersInWords } from '../../src/model/describe.js';
import { predictionGraph, scoringGraph, trainingGraph } from '../../src/model/graphs.js';
import { heads } from '../../src/model/heads/index.js';
import { initialize } from '../../src/model/initialization.js';
import { layerTypes } from '../../src/model/layers/index.js';
import { objectiveTerms } from '../../src/model/objectives/index.js';
import { entryView, parameterTable } from '../../src/model/parameter-table.js';
import { type ModelOptions, modelOptions } from '../../src/model/specification.js';
import { stackOptions } from '../../src/model/stack-model.js';
import { stacksOf } from '../../src/model/stacks.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import { writeModelFile } from '../../src/run/model-file.js';
import { type OpenedModel, openModel } from '../../src/run/open-model.js';
import { createGenerator } from '../../src/sample/generate.js';
import { prepare, relativeError } from '../engine/model-fixture.js';
import { ourLogits } from '../export/our-logits.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { withHeldConstants } from '../graph/numeric-gradient.js';
import { pythonWithTorch, withoutTorch } from '../outside-programs.js';
import { characters } from '../sample/trained-model.js';
import { resultOf, smallText, train } from '../train/run-fixture.js';
import { variantsOf } from '../variants.js';

const V = characters.tokens.length;
const sized = (type: string) => layerTypes.find((entry) => entry.type === type)!.sized;
const recurrent = { type: 'rnn', size: 5 };
/** A layer whose options may not fit every size gets one that has many divisors. */
const before = (type: string) =>
  layerTypes.find((entry) => entry.type === type)!.misfit ? { ...recurrent, size: 8 } : recurrent;

/** Steps of the way from config to export that take much of the time of all tests. */
type LongStep = 'export' | 'training';

interface Case {
  name: string;
  model: Record<string, unknown>;
  objective?: OptionValues;
  /** Steps that another case of the same entry goes. */
  leavesOut?: readonly LongStep[];
}

/** Each layer with every combination of its choices, and with numbers that change its parameters or states. */
const variants = [
  ...layerTypes.flatMap(variantsOf),
  { type: 'mogrifier-lstm', rank: 2 },
  { type: 'qrnn', window: 3 },
  { type: 'jordan', decay: 0.5 },
];

const relatedFolder = mkdtempSync(join(tmpdir(), 'textloom-'));
afterAll(() => rmSync(relatedFolder, { recursive: true, force: true }));
const relatedCharacters = join(relatedFolder, 'related.txt');
writeFileSync(relatedCharacters, 'e a o i\nt n s\no u\n');

/** Whether layers also go the long steps of the way from config to export (`npm run test:more`). */
const wholeWay = process.env.TEXTLOOM_TEST_WHOLE_WAY === '1';

/** A model that reads backward; and one of two stacks, with buffers, connections, dropout and terms that share inputs. */
const directions: Case[] = [
  {
    name: 'a backward stack',
    model: {
      direction: 'backward',
      embedding: { size: 6 },
      layers: [recurrent, { type: 'attention', size: 7, window: 3 }, { type: 'lstm', size: 4, dropout: 0.2 }],
    },
  },
  {
    name: 'a forward and a backward stack',
    model: {
      bidirectional: true,
      embedding: { size: 6, dropout: { word: 0.2 } },
      layers: [
        { type: 'gru', size: 6, connection: 'highway', dropout: 0.2 },
        { type: 'batch-normalization' },
        { type: 'mgu', size: 6, dropout: { weight: 0.1, state: 0.1, span: 'window' } },
      ],
      head: { type: 'softmax', tie: true },
    },
    objective: { activation: 0.5, skipGram: 0.3, synonyms: { weight: 0.1, path: relatedCharacters } },
  },
  {
    name: 'a forward and a backward stack, each with a pointer',
    model: {
      bidirectional: true,
      embedding: { size: 6 },
      layers: [{ type: 'gru', size: 6 }],
      head: { type: 'pointer-sentinel', window: 5, tie: true },
    },
  },
  {
    name: 'a forward and a backward stack, which predict several tokens',
    model: { bidirectional: true, embedding: { size: 6 }, layers: [{ type: 'gru', size: 7 }] },
    objective: { multiTokenPrediction: { weight: 0.5, tokens: 3 } },
    leavesOut: ['export'],
  },
  {
    name: 'a forward and a backward LSTM',
    model: {
      bidirectional: true,
      embedding: { size: 6 },
      layers: [
        { type: 'lstm', size: 5 },
        { type: 'lstm', size: 5 },
      ],
    },
    leavesOut: ['training'],
  },
];

/** Each layer between two others, and alone twice; each connection, around a cell of torch.nn and another; each head; each term. */
const entries: Case[] = [
  ...variants.flatMap((layer) => {
    const of = (size: number) => (sized(layer.type) ? { ...layer, size } : layer);
    const name = Object.values(layer).join(' ');
    const leavesOut = (step: LongStep): readonly LongStep[] => (wholeWay ? [step] : ['export', 'training']);
    return [
      {
        name: `${name} between others`,
        model: { embedding: { size: 6 }, layers: [before(layer.type), of(7), { type: 'lstm', size: 4 }] },
        leavesOut: leavesOut('training'),
      },
      {
        name: `${name} twice`,
        model: { embedding: { size: 8 }, layers: [of(8), of(8)], dropout: 0.3 },
        leavesOut: leavesOut('export'),
      },
    ];
  }),
  ...connections.slice(1).map(({ type: connection }) => ({
    name: `connection ${connection}`,
    model: {
      embedding: { size: 6 },
      layers: ['mgu', 'lstm'].map((type) => ({ type, size: 6, connection, dropout: 0.2 })),
    },
  })),
  ...heads.flatMap(variantsOf).flatMap((head) =>
    [6, 9].map((size) => ({
      name: `head ${Object.values(head).join(' ')}, embedding of ${size}`,
      model: { embedding: { size }, layers: [{ type: 'gru', size: 9 }], head },
    })),
  ),
  ...objectiveTerms.map(({ name, outputVectors, relations }) => ({
    name: `objective ${name}`,
    model: { embedding: { size: 6 }, layers: [{ type: 'lstm', size: outputVectors ? 6 : 7, dropout: 0.2 }] },
    objective: { [name]: relations ? { weight: 0.1, path: relatedCharacters } : 0.7 },
  })),
];

/** Dropout at each place that a layer has, at different rates. */
function dropoutEverywhere(type: string, span: 'step' | 'window') {
  const { dropoutPlaces = [] } = layerTypes.find((entry) => entry.type === type)!;
  const rates = Object.fromEntries(['output', 'input', ...dropoutPlaces].map((place, i) => [place, 0.1 + 0.05 * i]));
  return { ...rates, span };
}

/** Zoneout of each part of the state. */
function zoneoutEverywhere(type: string) {
  const { modifiers = {} } = layerTypes.find((entry) => entry.type === type)!;
  const { zoneout } = modifiers;
  const names = zoneout?.kind === 'map' ? Object.keys(zoneout.options) : [];
  return Object.fromEntries(names.map((name, i) => [name, 0.3 + 0.2 * i]));
}

const embedding = { size: 6, dropout: { input: 0.1, word: 0.2, span: 'window' } };

/** Each modifier once, for the whole way from config to export. */
const modified: Case[] = [
  { name: 'dropout of each step', layer: { dropout: dropoutEverywhere('lstm', 'step') } },
  { name: 'dropout of a window', layer: { dropout: dropoutEverywhere('lstm', 'window') } },
  { name: 'zoneout', layer: { zoneout: zoneoutEverywhere('lstm') } },
  { name: 'layer normalization', layer: { normalization: 'layer' } },
  { name: 'RMS normalization', layer: { type: 'gru', normalization: 'rms', zoneout: { h: 0.2 } } },
  { name: 'batch normalization of input products', layer: { normalization: 'batch' } },
].map(({ name, layer }) => ({
  name,
  model: { embedding, layers: [{ type: 'lstm', size: 7, ...layer }, recurrent] },
}));

/** The normalizations within the steps of a cell. */
function normalizationsOf(type: string): readonly string[] {
  const { normalization } = layerTypes.find((entry) => entry.type === type)!.modifiers!;
  return normalization!.kind === 'choice' ? normalization!.values.filter((value) => value !== 'none') : [];
}

/** All modifiers around each cell. */
const modifiedCells: Case[] = variants
  .filter(({ type }) => layerTypes.find((entry) => entry.type === type)!.modifiers)
  .flatMap((layer) =>
    normalizationsOf(layer.type).map((normalization, i) => ({
      name: `${Object.values(layer).join(' ')} with ${normalization} normalization, dropout and zoneout`,
      model: {
        embedding,
        layers: [
          {
            ...layer,
            size: 7,
            normalization,
            zoneout: zoneoutEverywhere(layer.type),
            dropout: dropoutEverywhere(layer.type, i === 0 ? 'step' : 'window'),
          },
        ],
      },
    })),
  );

const optionsOf = ({ model }: Case): ModelOptions => modelOptions(model, V, 'the case');

/** Writes a model file whose parameters a seed decides. */
function writeRandom(folder: string, options: ModelOptions, name = 'model.safetensors'): string {
  const table = parameterTable(options);
  const arena = new Float32Array(table.arenaLength);
  initialize(arena, table, { type: 'uniform', range: 0.5 }, createRandom(5));
  const { vocabularySize: _, ...model } = options;
  const path = join(folder, name);
  writeModelFile(path, {
    config: { name: 'test', corpus: { path: 'corpus.txt' }, model } as unknown as JsonValue,
    tokenizer: characters,
    parameters: table.entries.map((entry) => ({ name: entry.name, shape: entry.shape, data: entryView(arena, entry) })),
  });
  return path;
}

const typedArray = createTypedArrayEngine({ shards: 1, threads: 1 });
const onnxRuntime = await createOnnxRuntimeEngine({ provider: 'cpu', threads: 1 });
afterAll(() => [typedArray, onnxRuntime].forEach((engine) => void engine.close()));

interface Tested {
  options: ModelOptions;
  objective: OptionValues | undefined;
}

/** The models of one direction in a file, which are exported one by one. */
function stackModelsOf(path: string): OpenedModel[] {
  const model = openModel(path, typedArray);
  return [model, ...(model.backward ? [model.backward] : [])];
}

const STEP = 4e-7;

function expectNumericGradients({ options, objective }: Tested): void {
  const window = { batchSize: 2, sequenceLength: 3, shards: 1, resets: true };
  const graph = trainingGraph(options, window, { seed: 3, objective, relatedPairs: 4 });
  const random = createRandom(8);
  const inputs: Record<string, [Float64Array | Int32Array]> = {};
  for (const { operation, attributes, rows, columns } of topologicalOrder(Object.values(graph))) {
    if (operation !== inputOperation) continue;
    const name = attributes.name as string;
    const values = Float64Array.from({ length: rows * columns }, () => 0.5 * random.normal());
    const integers = () => Int32Array.from({ length: rows * columns }, () => random.integer(V));
    inputs[name] = [
      attributes.integer
        ? integers()
        : /^(backward\.)?(keep|weights)$/.test(name)
          ? values.map((v) => Number(v > -0.4))
          : values,
    ];
  }
  inputs.inverseCount = [Float64Array.of(1 / 6)];
  const inDouble = { shards: 1, allocate: (length: number) => new Float64Array(length) };
  const isTerm = ([name]: readonly [string, unknown]) => name === 'loss' || name.startsWith('objective.');
  const terms = withHeldConstants(Object.fromEntries(Object.entries(graph).filter(isTerm)), inputs);
  const total = () => Object.values(evaluate(terms, inputs, inDouble)).reduce((sum, [term]) => sum + term![0]!, 0);
  const directions = createRandom(9);
  for (const name of Object.keys(graph).flatMap((output) => output.match(/^gradient\.(.*)/)?.[1] ?? [])) {
    const derived = evaluate({ gradient: graph[`gradient.${name}`]! }, inputs, inDouble).gradient![0]!;
    const values = inputs[name]![0];
    const original = values.slice();
    // Every element takes part: the derivatives in two random directions, of elements 1 and -1.
    for (let repeat = 0; repeat < 2; repeat++) {
      const direction = Float64Array.from(values, () => (directions.uniform() < 0.5 ? 1 : -1));
      const [above, below] = [STEP, -STEP].map((step) => {
        values.forEach((_, i) => {
          values[i] = original[i]! + step * direction[i]!;
        });
        return total();
      });
      values.set(original);
      const expected = direction.reduce((sum, sign, i) => sum + sign * derived[i]!, 0);
      expect(Math.abs((above! - below!) / (2 * STEP) - expected), `${name}, direction ${repeat}`).toBeLessThan(1e-7);
    }
  }
}

async function expectEqualEngines({ options, objective }: Tested): Promise<void> {
  const window = { batchSize: 4, sequenceLength: 3, shards: 1 };
  const graphs = [
    trainingGraph(options, window, { seed: 5, objective, relatedPairs: 4 }),
    scoringGraph(options, window),
    predictionGraph(options, window),
  ];
  for (const graph of graphs) {
    const expected = prepare(createReferenceEngine(), options, graph);
    await expected.run();
    const gradients = Object.entries(expected.outputs).filter(([output]) => output.startsWith('gradient.'));
    const largest = Math.max(0, ...gradients.flatMap(([, [values]]) => Array.from(values!, Math.abs)));
    // A gradient that is zero but for rounding, as of a scale before a normalization, is compared with the others; a small difference of
    // larger numbers, as the divergence of two almost equal distributions, with the loss.
    const leastOf = (output: string) => {
      if (output.startsWith('gradient.')) return 1e-2 * largest;
      return output.startsWith('objective.') ? 1e-2 * expected.outputs.loss![0]![0]! : undefined;
    };
    for (const engine of [typedArray, onnxRuntime]) {
      const actual = prepare(engine, options, graph);
      await actual.run();
      for (const [output, [values]] of Object.entries(expected.outputs)) {
        expect(relativeError(actual.outputs[output]![0]!, values!, leastOf(output)), `${engine.name}: ${output}`).toBeLessThan(
          1e-5,
        );
      }
    }
  }
}

const cases = [...entries, ...modified, ...directions];

describe.each(modifiedCells.map((one) => [one.name, one] as const))('%s', (_, one) => {
  const options = optionsOf(one);

  test('has the gradients of central differences in float64', () => {
    expectNumericGradients({ options, objective: undefined });
  });

  test('is computed alike by all engines, in training, scoring and prediction', async () => {
    await expectEqualEngines({ options, objective: undefined });
  });
});

describe.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
  const options = optionsOf(one);

  test('has the gradients of central differences in float64', () => {
    expectNumericGradients({ options, objective: one.objective });
  });

  test('is computed alike by all engines, in training, scoring and prediction', async () => {
    await expectEqualEngines({ options, objective: one.objective });
  });

  test('is the same when it is saved and opened, and writes and scores text', async () => {
    const path = writeRandom(temporaryFolder(), options);
    const model = openModel(path, typedArray);
    expect(model.options).toEqual(stackOptions(options, stacksOf(options)[0]!));
    const generator = createGenerator({ model, engine: typedArray });
    const prompt = await generator.read('the fox');
    let text = '';
    for await (const piece of generator.generate(prompt, { maximumTokens: 30, temperature: 1, seed: 4 })) text += piece;
    expect(text.length).toBeGreaterThan(10);
    const tokens = model.tokenizer.encode('the fox said to the crow that it was a crow.');
    const whole = await evaluatePerplexity({ model, engine: typedArray, tokens });
    expect(Number.isFinite(whole.nats)).toBe(true);
    // The loss of the text is the same in pieces of other lengths: the state is all that is carried.
    const pieces = await evaluatePerplexity({ model, engine: typedArray, tokens, sequenceLength: 3 });
    expect(Math.abs(pieces.natsPerToken - whole.natsPerToken)).toBeLessThan(1e-5);
  });

  const exported = one.leavesOut?.includes('export') ? undefined : test;
  exported?.('is exported to ONNX as the core computes it', async () => {
    for (const model of stackModelsOf(writeRandom(temporaryFolder(), options))) {
      for (const form of new Set<OnnxForm>([defaultForm(model), 'scan'])) {
        const exported = await openRunnableModel(encodeModel({ opset: 17, graph: onnxGraph(model, form) }), { threads: 1 });
        const { difference, where } = await compareWithCore(model, typedArray, exported);
        await exported.close();
        expect(difference, `${form}: ${where}`).toBeLessThan(1e-5);
      }
    }
  });

  const trained = one.leavesOut?.includes('training') ? undefined : test;
  trained?.('is trained, stopped and resumed to the same bits', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'corpus.txt');
    writeFileSync(path, smallText(1200));
    const config = resolveConfig({
      corpus: { path, split: { train: 0.8, validation: 0.1, test: 0.1 } },
      model: one.model,
      training: {
        epochs: 2,
        batchSize: 4,
        sequenceLength: 12,
        optimizer: { type: 'adam', learningRate: 0.01 },
        ...(one.objective && { objective: one.objective }),
        checkpoints: { everySteps: 5, keep: 1 },
      },
      engine: { shards: 2 },
    } as Config);
    const losses = (await train(config, join(folder, 'whole'))).flatMap((event) => (event.type === 'step' ? [event.loss] : []));
    // Dropout makes single losses noisy.
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(losses.slice(-5))).toBeLessThan(mean(losses.slice(0, 5)));
    let left = 8;
    await train(config, join(folder, 'pieces'), { stopRequested: () => left-- === 0 });
    await train(config, join(folder, 'pieces'), { start: 'resume', threads: 2 });
    expect(resultOf(join(folder, 'pieces'))).toEqual(resultOf(join(folder, 'whole')));
  });
});

describe.skipIf(!pythonWithTorch)(`exported to PyTorch, run by torch,${withoutTorch}`, () => {
  test('every entry computes what the core computes, with the tensors under their own names', async () => {
    const folder = temporaryFolder();
    const windows = [
      [
        [3, 1, 4, 1, 5],
        [9, 2, 6, 5, 3],
      ],
      [
        [0, 1],
        [2, 3],
      ],
    ];
    const models = cases.flatMap((one, i) => stackModelsOf(writeRandom(folder, optionsOf(one), `${i}.safetensors`)));
    const jobs = models.map((model, i) => ({
      module: exportPyTorch(model, join(folder, `exported_${i}.safetensors`))[1]!.path,
      windows,
      texts: [],
      prompt: 'the ',
      maxTokens: 3,
    }));
    const script = fileURLToPath(new URL('../export/run_exported_modules.py', import.meta.url));
    const { stdout, stderr } = spawnSync(pythonWithTorch!, ['-W', 'error', script], {
      encoding: 'utf8',
      input: JSON.stringify(jobs),
      maxBuffer: 1e8,
    });
    expect(stderr).toBe('');
    const answers = JSON.parse(stdout);
    for (const [i, model] of models.entries())
      expect(
        relativeError(answers[i].logits.flat(4), await ourLogits(model, typedArray, windows)),
        `${layersInWords(model.options)}, ${model.path}`,
      ).toBeLessThan(1e-5);
  });
});

test('every file of a registry has its line there', () => {
  for (const folder of ['cells', 'layers', 'heads', 'objectives']) {
    const path = join(import.meta.dirname, '../../src/model', folder);
    const index = readFileSync(join(path, 'index.ts'), 'utf8');
    const shared = ['index.ts', 'cell.ts', 'layer.ts', 'head.ts', 'objective.ts', 'schedule.ts'];
    for (const file of readdirSync(path).filter((name) => !shared.includes(name)))
      expect(index, `${folder}/${file}`).toContain(`./${file.replace('.ts', '.js')}`);
  }
});
