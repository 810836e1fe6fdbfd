import { showValue } from '../../config/show-value.js';
import { differingKeys, shortPaths } from '../../experiments/config-leaves.js';
import type { RunRecord } from '../../experiments/run-record.js';
import type { JsonValue } from '../../foundation/strict-json.js';
import { formatCount, formatDuration, formatLoss, formatPerplexity, formatRate } from '../../ui/format.js';
import type { ReportBlock, TableColumn } from '../blocks.js';
import type { MeanOfText, MeasuredPassage } from '../passage.js';
import { intervalOfLoss, intervalText } from './loss-interval.js';
import type { ReportPart } from './part.js';

/** Runs side by side: their results, and the keys in which their configs differ. */
export const comparison: ReportPart = {
  id: 'runs',
  title: 'Runs compared',
  blocks({ runs, passages }) {
    if (runs.length < 2) return [];
    const records = runs.map(({ record }) => record);
    const paths = differingKeys(records.filter(({ problem }) => problem === undefined).map(({ config }) => config));
    const keys = shortPaths(
      paths,
      resultColumns.map(({ heading }) => heading),
    );
    const passageOf = (run: number) => passages.find((passage) => passage.run === run);
    const results = resultColumns.filter(({ value }) => records.some((record, i) => value(record, passageOf(i)) !== undefined));
    const columns: TableColumn[] = [
      { heading: 'run' },
      ...results.map(({ heading, isNumber = true }) => ({ heading, isNumber })),
      ...keys.map((heading) => ({ heading })),
    ];
    const rows = runs.map(({ name, record }, i) => [
      name,
      ...results.map(({ value }) => value(record, passageOf(i)) ?? '–'),
      ...paths.map((path) => shown(record.config.get(path))),
    ]);
    const problems = records.flatMap(({ directory, problem }) =>
      problem === undefined ? [] : [{ type: 'paragraph', text: `${directory}: ${problem}` } satisfies ReportBlock],
    );
    return [
      { type: 'paragraph', text: explanation(keys.length) },
      { type: 'table', caption: 'Results of the runs, and the keys in which their configurations differ', columns, rows },
      ...problems,
    ];
  },
};

const explanation = (keys: number) =>
  `${keys === 0 ? 'The configurations of the runs are equal, except for their names and folders. ' : ''}validation is the lowest loss of all ` +
  'validations, test the loss of the best model on the test text, both in nats per token. They compare only between runs on the same ' +
  'text with the same tokens. The intervals (95%) are those of a text that was read for this report as a whole. tokens/s and time include validations and checkpoints.';

const shown = (value: JsonValue | undefined) =>
  value === undefined ? '–' : typeof value === 'string' ? value : showValue(value);

interface ResultColumn {
  readonly heading: string;
  readonly isNumber?: boolean;
  value(record: RunRecord, passage: MeasuredPassage | undefined): string | undefined;
}

const format = (value: number | undefined, text: (value: number) => string) => (value === undefined ? undefined : text(value));

const intervalFor = (loss: number | undefined, measured: MeanOfText | undefined) => {
  const interval = intervalOfLoss(loss, measured);
  return interval && intervalText(interval, formatLoss);
};

const resultColumns: readonly ResultColumn[] = [
  { heading: 'validation', value: ({ bestValidationLoss }) => format(bestValidationLoss, formatLoss) },
  {
    heading: 'validation interval',
    value: ({ bestValidationLoss }, passage) => intervalFor(bestValidationLoss, passage),
  },
  {
    heading: 'perplexity',
    value: ({ bestValidationLoss }) => format(bestValidationLoss, (loss) => formatPerplexity(Math.exp(loss))),
  },
  { heading: 'test', value: ({ testLoss }) => format(testLoss, formatLoss) },
  { heading: 'test interval', value: ({ testLoss }, passage) => intervalFor(testLoss, passage?.test) },
  { heading: 'parameters', value: ({ parameters }) => format(parameters, formatCount) },
  { heading: 'step', value: ({ step }) => formatCount(step) },
  { heading: 'tokens/s', value: ({ tokensPerSecond }) => format(tokensPerSecond, formatRate) },
  { heading: 'time', value: ({ seconds }) => format(seconds, formatDuration) },
  { heading: 'state', isNumber: false, value: ({ state }) => state },
];
