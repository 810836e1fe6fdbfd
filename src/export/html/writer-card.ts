import type { JsonValue } from '../../foundation/strict-json.js';
import { isJsonMap, memberOf } from '../../foundation/strict-json.js';
import { layersInWords, namesInWords } from '../../model/describe.js';
import type { OpenedModel } from '../../run/opened-model.js';
import { tokenizerDeclaration } from '../../text/tokenizers/index.js';
import type { CardRow } from './writer-data.js';

const count = (value: number) => value.toLocaleString('en');

const parametersOf = ({ table }: OpenedModel) => table.entries.reduce((sum, { length }) => sum + length, 0);

/** One line about a model: `LSTM, 215,340 parameters, writes characters`. */
export function writerSummary(model: OpenedModel): string {
  const { options, tokenizer } = model;
  return `${namesInWords(options)} · ${count(parametersOf(model))} parameters · writes ${tokenizerDeclaration(tokenizer.type).unit}s`;
}

/** What a reader of a model's page may want to know about it; rows about what the file does not say are absent. */
export function writerCard(
  model: OpenedModel,
  { bytes, weights, perplexity }: { bytes: number; weights: string; perplexity?: string | undefined },
): CardRow[] {
  const { options, tokenizer, config, training } = model;
  const number = (key: string) => {
    const value = memberOf(training, key);
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  };
  const [step, tokens, loss] = ['step', 'tokens', 'validationLoss'].map(number);
  const texts = isJsonMap(config.corpus) ? trainingTexts(config.corpus) : '';
  return [
    ['Layers', layersInWords(options)],
    ['Parameters', count(parametersOf(model))],
    ['Vocabulary', `${count(tokenizer.vocabulary.size)} ${tokenizerDeclaration(tokenizer.type).unit}s`],
    ['Weights', `${weights}, ${(bytes / 1e6).toFixed(2)} MB`],
    ...(perplexity === undefined ? [] : [['Cost of these weights', perplexity] as const]),
    ...(texts === '' ? [] : [['Trained on', texts] as const]),
    ...(step === undefined ? [] : [['Steps', count(step)] as const]),
    ...(tokens === undefined ? [] : [['Tokens read in training', count(tokens)] as const]),
    ...(loss === undefined
      ? []
      : [['Validation loss', `${loss.toFixed(4)} nats per token (perplexity ${Math.exp(loss).toFixed(2)})`] as const]),
  ];
}

function trainingTexts(corpus: JsonValue): string {
  const paths = memberOf(corpus, 'path') ?? memberOf(corpus, 'train');
  return [paths]
    .flat()
    .filter((path) => typeof path === 'string')
    .join(', ');
}
