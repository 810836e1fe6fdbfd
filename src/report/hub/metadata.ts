import { stringify } from 'yaml';
import { tokenizerDeclaration } from '../../text/tokenizers/index.js';
import { heldOutLosses } from '../parts/model-card.js';
import type { ReportedModel, ReportedRun } from '../reported-run.js';
import type { HubStatements } from './statements.js';

/** The task of a model among those of the Hub. */
const taskOf = ({ options }: ReportedModel) =>
  options.bidirectional ? { type: 'fill-mask', name: 'Fill-Mask' } : { type: 'text-generation', name: 'Text Generation' };

/**
 * The metadata of a model card in the form that the Hugging Face Hub defines (huggingface/hub-docs, modelcard.md), as the lines of YAML
 * between its marks. Results are the losses that the training has measured.
 *
 * All texts are quoted, because the versions of YAML differ in what is a text: the language `no` is none in YAML 1.1.
 */
export function hubMetadata(run: ReportedRun, model: ReportedModel, statements: HubStatements): string {
  const { license, licenseName, hasLicenseText, datasets, languages } = statements;
  const results = resultsOf(run, model, statements);
  const metadata = {
    ...(languages.length > 0 && { language: languages }),
    license,
    ...(licenseName !== undefined && { license_name: licenseName }),
    ...(license === 'other' && hasLicenseText && { license_link: 'LICENSE' }),
    library_name: 'textloom',
    pipeline_tag: taskOf(model).type,
    tags: tagsOf(model),
    ...(datasets.length > 0 && { datasets }),
    ...(results.length > 0 && { metrics: ['perplexity'], 'model-index': [{ name: run.name, results }] }),
  };
  return stringify(metadata, {
    aliasDuplicateObjects: false,
    lineWidth: 0,
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
  });
}

function tagsOf({ options, tokenizer }: ReportedModel): string[] {
  const kinds = options.layers.map(({ type }) => type);
  const level = `${unitOf(tokenizer.type).replace(' ', '-')}-level`;
  return [...new Set(['textloom', 'recurrent-neural-network', 'language-model', ...kinds, level, 'pytorch'])];
}

const unitOf = (type: ReportedModel['tokenizer']['type']) => tokenizerDeclaration(type).unit;

function resultsOf(run: ReportedRun, model: ReportedModel, { datasets }: HubStatements) {
  const name = datasets[0] ?? corpusName(run);
  const unit = unitOf(model.tokenizer.type) + (model.options.bidirectional ? ', mean of both directions' : '');
  return Object.entries(heldOutLosses(run)).map(([split, loss]) => ({
    task: taskOf(model),
    dataset: { name, type: datasets[0] ?? identifierOf(name), split },
    metrics: [
      { type: 'perplexity', value: rounded(Math.exp(loss)), name: `Perplexity per ${unit}` },
      { type: 'cross-entropy', value: rounded(loss), name: `Cross-entropy in nats per ${unit}` },
    ],
  }));
}

/** The files of the corpus, without their folders. */
function corpusName({ record: { config } }: ReportedRun): string {
  const paths = [config.get('corpus.path') ?? config.get('corpus.train') ?? []].flat().map(String);
  const names = paths.map((path) => /[^/\\]*[/\\]*$/.exec(path)![0]);
  const shown = names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');
  return shown === '' ? 'text' : shown;
}

/** A name as the Hub allows it for the type of a dataset. */
function identifierOf(name: string): string {
  const identifier = name.replace(/[^\w.-]+/g, '-').replace(/^-+|-+$/g, '');
  return identifier === '' ? 'text' : identifier.slice(0, 96);
}

/** Six decimals: numbers with an exponent are texts in YAML 1.1. */
const rounded = (value: number) => Number(value.toFixed(6));
