import { describe, expect, it } from 'vitest';
import type { ChartBlock, ReportBlock, TableBlock } from '../../../src/report/blocks.js';
import type { MeasuredDiagnosis } from '../../../src/report/diagnosis.js';
import { distances } from '../../../src/report/parts/distances.js';
import { findingsPart } from '../../../src/report/parts/findings.js';
import { flowByLag } from '../../../src/report/parts/flow-by-lag.js';
import { layerMemory } from '../../../src/report/parts/layer-memory.js';
import type { ReportPart } from '../../../src/report/parts/part.js';
import { predictionFit } from '../../../src/report/parts/prediction-fit.js';
import { stepSizes } from '../../../src/report/parts/step-sizes.js';
import { trackingUnits } from '../../../src/report/parts/tracking-units.js';
import { madeContents, madeDiagnosis } from './made-diagnosis.js';

const parts: readonly ReportPart[] = [findingsPart, flowByLag, layerMemory, trackingUnits, stepSizes, predictionFit, distances];
const blocksOf = (part: ReportPart, changes: Partial<MeasuredDiagnosis> = {}) =>
  part.blocks(madeContents(new Map([['run', { ...madeDiagnosis, ...changes }]])));
const flat = (blocks: readonly ReportBlock[]): ReportBlock[] =>
  blocks.flatMap((block) => (block.type === 'folded' ? [block, ...flat(block.blocks)] : [block]));
function ofType<T extends ReportBlock['type']>(blocks: readonly ReportBlock[], type: T): Extract<ReportBlock, { type: T }>[] {
  return flat(blocks).filter((block) => block.type === type) as Extract<ReportBlock, { type: T }>[];
}
const paragraphs = (blocks: readonly ReportBlock[]) => ofType(blocks, 'paragraph').map(({ text }) => text);
const rowsOf = (blocks: readonly ReportBlock[]) => ofType(blocks, 'table').map(({ rows }: TableBlock) => rows);
const lines = ({ lines: all }: ChartBlock) =>
  all.map(({ name, kind, colour, steps, values }) => ({ name, kind, colour, points: steps.map((x, i) => [x, values[i]]) }));

describe('the findings of a report', () => {
  const finding = {
    severity: 0.9,
    problem: 'The rate is too high.',
    measured: '1 instead of 2',
    threshold: 'More than 1 is reported (Smith 2017)',
    changes: [
      { key: 'training.clipping.type', value: 'norm' },
      { key: 'training.clipping.threshold', value: '1' },
      { key: 'model.embedding.size', value: '8' },
    ],
    gain: 'It learns.',
  };

  it('have the problem, the number, the threshold, the change as YAML and flags, and the gain, in their order', () => {
    const findings = [finding, { ...finding, severity: 0.4, changes: [] }, { ...finding, severity: 0.2 }];
    const [first, second, third] = ofType(blocksOf(findingsPart, { findings }), 'finding');
    expect(first).toEqual({
      type: 'finding',
      number: 1,
      grade: 'serious',
      problem: 'The rate is too high.',
      paragraphs: ['Measured: 1 instead of 2. More than 1 is reported (Smith 2017).', 'It learns.'],
      yaml: 'training:\n  clipping:\n    type: norm\n    threshold: 1\nmodel:\n  embedding:\n    size: 8',
      flags: '--set training.clipping.type=norm --set training.clipping.threshold=1 --set model.embedding.size=8',
    });
    expect(second).toMatchObject({ number: 2, grade: 'moderate', yaml: '', flags: '' });
    expect(third).toMatchObject({ number: 3, grade: 'a remark' });
  });

  it('give a change of an entry of a list only as a flag', () => {
    const changes = [{ key: 'model.layers.1.dropout', value: '0.2' }];
    const [found] = ofType(blocksOf(findingsPart, { findings: [{ ...finding, changes }] }), 'finding');
    expect(found).toMatchObject({ yaml: '', flags: '--set model.layers.1.dropout=0.2' });
  });

  it('of a healthy run are none, and a run that cannot be diagnosed has the reason', () => {
    expect(paragraphs(blocksOf(findingsPart, { notices: ['a note'] })).slice(1)).toEqual([
      'nothing wrong was found.',
      'Note: a note',
    ]);
    const several = findingsPart.blocks(
      madeContents(
        new Map<string, MeasuredDiagnosis | string>([
          ['a', madeDiagnosis],
          ['b', 'its corpus is gone'],
        ]),
      ),
    );
    expect(paragraphs(several).slice(1)).toEqual(['a: nothing wrong was found.', 'b: not diagnosed: its corpus is gone']);
  });

  it('say that further runs are not diagnosed', () => {
    const contents = madeContents(new Map([['a', madeDiagnosis]]));
    const more = { ...contents, runs: [...contents.runs, ...contents.runs, ...contents.runs] };
    expect(paragraphs(findingsPart.blocks(more)).at(-1)).toBe(
      'The other 2 runs are not diagnosed here: textloom diagnose RUN does it.',
    );
  });
});

describe('the gradient flow of a report', () => {
  it('is a share of the gradient one step back, now and before the training, up to a millionth, with the window marked', () => {
    const [chart, ...others] = ofType(blocksOf(flowByLag), 'chart');
    expect(others).toEqual([]);
    expect(chart).toMatchObject({
      logarithmic: true,
      axis: { name: 'Steps back', logarithmic: true, marks: [{ at: 4, name: 'training window: 4' }] },
    });
    const [now, before, level] = lines(chart!);
    const shares = [
      [1, 1],
      [2, 0.5],
      [3, 0.25],
      [4, 0.005],
    ];
    expect(now).toEqual({ name: 'layer 1', kind: 'line', colour: 0, points: shares });
    expect(before).toMatchObject({ name: 'layer 1 before the training', kind: 'dashed', colour: 0 });
    expect(before!.points.at(-1)).toEqual([6, 1e-5]);
    expect(level).toMatchObject({
      kind: 'level',
      points: [
        [1, 0.01],
        [6, 0.01],
      ],
    });
    expect(rowsOf(blocksOf(flowByLag))[0]).toEqual([
      ['layer 1', '2', '0.500', 'after 4 steps'],
      ['layer 1 before the training', '1', '0.100', 'after more than 6 steps'],
    ]);
  });

  it('has no curve where the gradient is zero or not a number', () => {
    for (const first of [0, Number.NaN]) {
      const flow = [{ layer: 0, norms: [first, 0, 0], rate: 0, horizon: undefined }];
      expect(ofType(blocksOf(flowByLag, { flow, initialFlow: [] }), 'chart')).toEqual([]);
      expect(rowsOf(blocksOf(flowByLag, { flow, initialFlow: [] }))[0]).toHaveLength(1);
    }
  });

  it('of several runs is side by side in a chart of each layer, in the colours of the runs', () => {
    const flow = [0, 1].map((layer) => ({ ...madeDiagnosis.flow[0]!, layer }));
    const other = { ...madeDiagnosis, window: 8, flow, initialFlow: [] };
    const blocks = flowByLag.blocks(
      madeContents(
        new Map([
          ['lstm', madeDiagnosis],
          ['gru', other],
        ]),
      ),
    );
    const [first, second] = ofType(blocks, 'chart');
    expect(first!.lines.map(({ name, colour, run }) => [name, colour, run])).toEqual([
      ['lstm', 0, 0],
      ['lstm before the training', 0, 0],
      ['gru', 1, 1],
      ['1%', undefined, undefined],
    ]);
    expect(second).toMatchObject({ id: 'chart-flow-1', title: 'Gradient by steps back: layer 2' });
    expect(second!.lines.map(({ name }) => name)).toEqual(['gru', '1%']);
    expect(first!.axis!.marks.map(({ at }) => at)).toEqual([4, 8]);
  });
});

describe('the memory of layers in a report', () => {
  it('is the sorted time constants, without those that are zero or endless, and the window as a level', () => {
    const [chart] = ofType(blocksOf(layerMemory), 'chart');
    const [now, level] = lines(chart!);
    expect(now!.points).toEqual([
      [25, 1],
      [50, 2],
      [75, 3],
    ]);
    expect(level).toMatchObject({
      kind: 'level',
      points: [
        [0, 4],
        [100, 4],
      ],
    });
  });

  it('has gates, units and exponents with intervals', () => {
    const blocks = blocksOf(layerMemory);
    const [gates] = ofType(blocks, 'bars');
    expect(gates!.bars).toEqual([{ name: 'layer 1, gate f', lengths: [0.25, 0.25, 0.5], text: 'mean 0.60' }]);
    const [units, exponents] = rowsOf(blocks);
    expect(units).toEqual([['layer 1', '5', '1', '2', 'candidate.g 12.5%', '0', '2', 'without end']]);
    expect(exponents).toEqual([
      ['layer 1, 1', '-0.100', '-0.140 to -0.060'],
      ['layer 1, 2', 'nothing of the state is left', '–'],
    ]);
  });
});

it('a unit that tracks something has a passage in colours and its correlation with interval', () => {
  const blocks = blocksOf(trackingUnits);
  const [passage] = ofType(blocks, 'heat-text');
  expect(passage).toMatchObject({ lowest: -1, step: 0.25, decimals: 2 });
  expect(passage!.pieces.map(({ value }) => value)).toEqual([-1, 1, 0]);
  expect(passage!.label).toContain('layer 1, state.c, unit 7, which follows: quotes');
  // tanh(atanh(0.5) * (1 - 2 / 10)), and so on.
  expect(rowsOf(blocks)[0]).toEqual([
    ['quotes: 1 inside double quotes, else 0', 'layer 1, state.c, unit 7', '0.50', '0.41 to 0.58'],
    ['brackets: brackets that are open', 'does not vary in this text', '–', '–'],
  ]);
});

it('steps have the change of each matrix, now and in the first steps, clipping, and the noise scale beside the batch', () => {
  const blocks = blocksOf(stepSizes);
  const [bars] = ofType(blocks, 'bars');
  expect(bars).toMatchObject({ logarithmic: true, level: { at: 0.001 } });
  expect(bars!.bars).toEqual([{ name: 'rnn.weight_hh_l0', lengths: [0.002], text: '0.2%', mark: 0.05 }]);
  expect(rowsOf(blocks)[0]).toEqual([
    ['now', '0.01', '0.5 to 1.5', '25.0%', '40', '1,234', '75.0% of encoder.weight'],
    ['first', '0.01', '3 to 3', 'no clipping', '40', 'not known', 'no epsilon'],
  ]);
});

it('the fit has the gap, calibration with its interval, and where the loss comes from', () => {
  const blocks = blocksOf(predictionFit);
  const [gap, frequency, novelty] = ofType(blocks, 'bars');
  expect(gap!.bars.map(({ name, lengths }) => [name, ...lengths])).toEqual([
    ['training text', 1],
    ['training text, with dropout', 1.5],
    ['validation text', 1.25],
  ]);
  expect(paragraphs(blocks).join(' ')).toContain('Validation text minus training text: 0.2500 nats');
  const [trained, best, perfect] = lines(ofType(blocks, 'chart')[0]!);
  expect(trained!.points).toEqual([
    [0.3, 0.2],
    [0.9, 0.8],
  ]);
  expect(best).toMatchObject({ name: 'at temperature 1.50', points: [[0.5, 0.5]] });
  expect(perfect!.points).toEqual([0, 0.3, 0.5, 0.9, 1].map((x) => [x, x]));
  expect(rowsOf(blocks)[0]![0]).toEqual(['as trained', '1.2500', '60.0%', '50.0%', '40.4% to 59.6%', '10.0%']);
  expect(frequency!.bars).toEqual([{ name: '4 to 7 times', lengths: [1.25], text: '1.25: 100.0% of tokens, 100.0% of loss' }]);
  expect(novelty!.level!.at).toBe(1.25);
  expect(novelty!.bars.map(({ name }) => name)).toEqual(['1 token', '8 tokens or more']);
});

it('without a diagnosis a report has none of these sections, and with several runs each is folded under its name', () => {
  const none = { ...madeContents(new Map([['run', madeDiagnosis]])), diagnoses: [] };
  expect(parts.flatMap((part) => part.blocks(none))).toEqual([]);
  const two = madeContents(
    new Map([
      ['a', madeDiagnosis],
      ['b', madeDiagnosis],
    ]),
  );
  for (const part of [trackingUnits, stepSizes, predictionFit])
    expect(ofType(part.blocks(two), 'folded').map(({ title }) => title)).toEqual(['a', 'b']);
});

it('a model without recurrent layers has no flow, no memory and no units', () => {
  const states = { exponents: [], gates: { gates: [], memories: [] }, units: { layers: [], tanhs: [] }, readable: [] };
  for (const part of [flowByLag, layerMemory])
    expect(blocksOf(part, { flow: [], initialFlow: [], states, passage: undefined })).toEqual([]);
});

describe('the distances of a report', () => {
  it('are bars of the losses on the same predictions, from the unigram to the entropy', () => {
    const [bars] = ofType(blocksOf(distances), 'bars');
    expect(bars!.bars.map(({ name, lengths, text }) => [name, lengths, text])).toEqual([
      ['unigram', [3], '3.0000'],
      ['Kneser-Ney, order 6', [2.5], '2.5000'],
      ['this model', [1.25], '1.2500'],
      ['entropy of the text', [1.125], '1.1250'],
    ]);
    expect(paragraphs(blocksOf(distances)).at(-1)).toBe(
      'The first 99 predictions of the text, as one stream. The n-grams are those of the first 1,000 tokens of the training text.',
    );
  });

  it('have a curve of the loss by the length of the history, without the empty one', () => {
    const [chart] = ofType(blocksOf(distances), 'chart');
    expect(chart!.unit).toBe('nats per token, 50 predictions');
    expect(lines(chart!)[0]!.points).toEqual([
      [1, 2.25],
      [2, 1.75],
    ]);
  });

  it('are left out where nothing is known to compare with', () => {
    const { context: _, ...fit } = madeDiagnosis.fit;
    const bare = { ...fit, comparison: { natsPerToken: 1, predictions: 2 } };
    const blocks = blocksOf(distances, { fit: bare });
    expect([...ofType(blocks, 'bars'), ...ofType(blocks, 'chart')]).toEqual([]);
  });
});

describe('the steps of a report', () => {
  it('name the tensor with the most second moments below epsilon', () => {
    const [rows] = rowsOf(blocksOf(stepSizes));
    expect(rows!.map((row) => row.at(-1))).toEqual(['75.0% of encoder.weight', 'no epsilon']);
    const none = { ...madeDiagnosis.steps!, belowEpsilon: [{ name: 'a', share: 0 }] };
    expect(rowsOf(blocksOf(stepSizes, { steps: none }))[0]![0]!.at(-1)).toBe('none');
  });

  it('list the spikes of the loss', () => {
    expect(rowsOf(blocksOf(stepSizes))[1]).toEqual([['91 to 100', '3.5000', '1.5000', '4.2500', '120']]);
    expect(rowsOf(blocksOf(stepSizes, { spikes: [] }))).toHaveLength(1);
  });
});
