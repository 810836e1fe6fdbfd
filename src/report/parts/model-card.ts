import { shellWord } from '../../foundation/shell-word.js';
import { isJsonMap } from '../../foundation/strict-json.js';
import { layersInWords } from '../../model/describe.js';
import { directionOf } from '../../model/stacks.js';
import { tokenizerDeclaration } from '../../text/tokenizers/index.js';
import { formatCount, formatDuration, formatLoss, formatPerplexity, formatRate, plural } from '../../ui/format.js';
import type { CommandsBlock, ReportBlock, TableBlock } from '../blocks.js';
import type { MeanOfText, MeasuredPassage } from '../passage.js';
import type { ReportedModel, ReportedRun } from '../reported-run.js';
import { textFacts, trainingFacts } from './card-facts.js';
import { intervalOfLoss, intervalText } from './loss-interval.js';
import type { ReportPart } from './part.js';

/** What each model is, from which text and how it was trained, what it achieves, and how to use it. */
export const modelCard: ReportPart = {
  id: 'model',
  title: 'Model',
  blocks({ runs, passages }) {
    const card = (run: ReportedRun) =>
      cardOf(
        run,
        passages.find((passage) => runs[passage.run] === run),
      );
    if (runs.length === 1) return card(runs[0]!);
    return runs.map((run) => ({ type: 'folded', title: run.name, isOpen: run === bestOf(runs), blocks: card(run) }));
  },
};

/** The run with the lowest loss, or the first one. */
function bestOf(runs: readonly ReportedRun[]): ReportedRun {
  const loss = ({ record }: ReportedRun) => record.bestValidationLoss ?? Number.POSITIVE_INFINITY;
  return runs.reduce((best, run) => (loss(run) < loss(best) ? run : best));
}

function cardOf(run: ReportedRun, passage: MeasuredPassage | undefined): ReportBlock[] {
  const { model, directory } = run;
  const text = { file: '', purpose: 'measure it on its test text; add a file to measure it on another text' };
  return [...describedModel(run, passage), ...(model ? [usesOf(directory, model, text)] : [])];
}

/** What a model is, what it achieves, from which text and how it was trained. */
export function describedModel(run: ReportedRun, passage?: MeasuredPassage): ReportBlock[] {
  const { model, record } = run;
  const results = resultsOf(run, passage);
  const problem = record.problem ?? record.message;
  return [
    { type: 'paragraph', text: summaryOf(run) },
    ...(problem === undefined ? [] : [{ type: 'paragraph', text: problem } satisfies ReportBlock]),
    ...figuresOf(run),
    ...(results.rows.length > 0 ? [results, intervalNote(passage), ...floorNote(run)] : []),
    {
      type: 'facts',
      facts: [...(model ? modelFacts(model) : []), ...textFacts(run), ...trainingFacts(run)],
    },
  ];
}

/** The losses of the best model on held-out texts, in nats per token, as far as they are known. */
export function heldOutLosses({ record, end }: ReportedRun): { readonly validation?: number; readonly test?: number } {
  const validation = end?.validationLoss ?? record.bestValidationLoss;
  const { testLoss: test } = record;
  return { ...(validation !== undefined && { validation }), ...(test !== undefined && { test }) };
}

function summaryOf({ model }: ReportedRun): string {
  if (model === undefined)
    return 'This run has no model yet: the best model is stored after the first validation, or at the end of a run without validation.';
  const { vocabulary, type } = model.tokenizer;
  const { options, table } = model;
  const what = `a language model of ${tokenizerDeclaration(type).unit}s with ${plural(table.count, 'parameter')}`;
  const reads = options.bidirectional
    ? 'It predicts each token from all tokens before it, and from all tokens after it.'
    : `It predicts each token from all tokens ${directionOf(options) === 'forward' ? 'before' : 'after'} it.`;
  return `${layersInWords(options)}: ${what} and a vocabulary of ${plural(vocabulary.size, 'token')}. ${reads}`;
}

function modelFacts({ options, tokenizer, table }: ReportedModel): [string, string][] {
  const { embedding, head } = options;
  const { type: _, tokens: __, ...state } = tokenizer.toJSON() as { type: string; tokens?: unknown };
  const settings = Object.entries(state).filter(([, value]) => !Array.isArray(value));
  return [
    ['layers', layersInWords(options)],
    ['embedding', `${embedding.size}${head.tie ? ', the same weights as the output layer' : ''}`],
    ['output layer', head.type],
    ['parameters', formatCount(table.count)],
    ['tokenizer', [tokenizer.type, ...settings.map(([key, value]) => `${key} ${value}`)].join(', ')],
    ['vocabulary', plural(tokenizer.vocabulary.size, 'token')],
  ];
}

function figuresOf(run: ReportedRun): ReportBlock[] {
  const { record, model } = run;
  const { seconds } = record;
  const { validation, test } = heldOutLosses(run);
  const loss = test ?? validation;
  const text = test === undefined ? 'validation text' : 'test text';
  const figures: [string, string][] = [
    ...(loss === undefined ? [] : ([[formatPerplexity(Math.exp(loss)), `perplexity, ${text}`]] satisfies [string, string][])),
    ...(model === undefined ? [] : ([[formatRate(model.table.count), 'parameters']] satisfies [string, string][])),
    [formatRate(record.step), 'steps'],
    ...(seconds === undefined ? [] : ([[formatDuration(seconds), 'of training']] satisfies [string, string][])),
  ];
  return [{ type: 'figures', figures }];
}

const floorNote = ({ end }: ReportedRun): ReportBlock[] =>
  end?.validationFloor === undefined
    ? []
    : [
        {
          type: 'paragraph',
          text: 'The entropy is that of the process that wrote the validation text: no model can be expected to have a lower loss.',
        },
      ];

const intervalNote = (passage: MeasuredPassage | undefined): ReportBlock => ({
  type: 'paragraph',
  text:
    passage === undefined
      ? 'The losses have no intervals, because the texts were not read again for them.'
      : 'The intervals are for the mean over texts of the same kind (95% confidence, circular block bootstrap). The loss of a uniform guess is ' +
        'exact. The training has stored only the means of the n-gram models. A text that is too long to be read for a report, or too short, ' +
        'has no interval either: textloom evaluate measures it.',
});

/** The losses of the best model and those to compare them with, from high to low. */
function resultsOf(run: ReportedRun, passage: MeasuredPassage | undefined): TableBlock {
  const { name, end, model } = run;
  const { validation, test } = heldOutLosses(run);
  const isCharacters = model?.tokenizer.type === 'character';
  const row = (text: string, loss: number | undefined, measured?: MeanOfText) =>
    loss === undefined ? [] : [{ text, loss, interval: intervalOfLoss(loss, measured) }];
  const perplexity = (nats: number) => formatPerplexity(Math.exp(nats));
  const training = isJsonMap(model?.training) ? model.training.validationStep : undefined;
  const step = typeof training === 'number' ? ` (best, after step ${formatCount(training)})` : '';
  const rows = [
    ...row('Uniform guess', end?.lossOfChance),
    ...row('Unigram model, validation', end?.baselines?.unigram),
    ...row(`${end?.baselines?.order}-gram model (Kneser-Ney), validation`, end?.baselines?.kneserNey),
    ...row(`This model${step}, validation`, validation, passage),
    ...row('This model, test', test, passage?.test),
    ...row('Entropy of the validation text', end?.validationFloor),
  ];
  const hasIntervals = rows.some(({ interval }) => interval !== undefined);
  return {
    type: 'table',
    caption: `Losses of ${name}`,
    columns: [
      { heading: 'prediction' },
      { heading: 'nats per token', isNumber: true },
      ...(hasIntervals ? [{ heading: '95% interval', isNumber: true }] : []),
      { heading: 'perplexity', isNumber: true },
      ...(hasIntervals ? [{ heading: '95% interval', isNumber: true }] : []),
      { heading: isCharacters ? 'bits per character' : 'bits per token', isNumber: true },
    ],
    rows: rows.map(({ text, loss, interval }) => [
      text,
      formatLoss(loss),
      ...(hasIntervals ? [intervalText(interval, formatLoss)] : []),
      perplexity(loss),
      ...(hasIntervals ? [intervalText(interval, perplexity)] : []),
      (loss / Math.LN2).toFixed(3),
    ]),
  };
}

/**
 * Commands that use a model.
 *
 * @param text a file to measure it on, and what the command does with it
 */
export function usesOf(place: string, model: ReportedModel, text: { file: string; purpose: string }): CommandsBlock {
  const path = shellWord(place);
  const { bidirectional } = model.options;
  return {
    type: 'commands',
    commands: [
      ...(bidirectional ? [] : [[`textloom sample ${path}`, 'write text'] as const]),
      [`textloom evaluate ${path}${text.file}`, text.purpose],
      [`textloom inspect ${path}`, 'all parameters and settings'],
      ...(bidirectional ? [] : [[`textloom export ${path} --to onnx -o model.onnx`, 'use it in another program'] as const]),
    ],
  };
}
