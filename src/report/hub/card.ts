import { directionOf } from '../../model/stacks.js';
import type { Tokenizer } from '../../text/tokenizers/tokenizer.js';
import type { FactsBlock, ReportBlock } from '../blocks.js';
import { markdownOf } from '../markdown/document.js';
import { describedModel, usesOf } from '../parts/model-card.js';
import { samples } from '../parts/samples.js';
import type { ReportedModel, ReportedRun } from '../reported-run.js';
import type { Section } from '../section.js';
import { hubMetadata } from './metadata.js';
import type { HubStatements } from './statements.js';

/** The files of a repository that its model card explains. */
export interface HubFiles {
  /** Names of the Python modules. */
  readonly modules: readonly string[];
  /** The name of the tokenizer's file, or why there is none. */
  readonly tokenizer: { readonly name: string } | { readonly missing: string };
}

/** A model card for the Hugging Face Hub: the metadata, and the parts of a report that describe a model. */
export function hubCard(run: ReportedRun, model: ReportedModel, statements: HubStatements, files: HubFiles): string {
  const sections: Section[] = [
    { id: 'model', title: 'Model', blocks: describedModel(run) },
    { id: 'use', title: 'How to use it', blocks: useBlocks(model, files) },
    { id: 'licences', title: 'Licences and training text', blocks: licenceBlocks(statements) },
    { id: 'limits', title: 'Limits', blocks: limitBlocks(model, files) },
    { id: 'samples', title: 'Samples', blocks: samples.blocks({ ...empty, runs: [lastSamples(run)] }) },
  ].filter(({ blocks }) => blocks.length > 0);
  return `---\n${hubMetadata(run, model, statements)}---\n\n${markdownOf(run.name, sections, '').text}`;
}

const empty = { searches: [], passages: [], diagnoses: [] };

/** The run with the last sample of each prompt. */
function lastSamples(run: ReportedRun): ReportedRun {
  return { ...run, samples: [...new Map(run.samples.map((sample) => [sample.prompt, sample])).values()] };
}

const paragraph = (text: string): ReportBlock => ({ type: 'paragraph', text });

function useBlocks(model: ReportedModel, { modules, tokenizer }: HubFiles): ReportBlock[] {
  const { options } = model;
  const prompt = examplePrompt(model.tokenizer);
  const text = { file: ' TEXT', purpose: 'measure it on a text file' };
  const { type, commands } = usesOf('.', model, text);
  const fill = ['textloom fill . "text with a ___"', 'fill blanks'] as const;
  return [
    paragraph(
      'Download the files of this repository into a folder, for example with hf download, and go into it. With Textloom:',
    ),
    { type, commands: options.bidirectional ? [fill, ...commands] : commands },
    paragraph(
      modules.length === 1
        ? `With PyTorch 1.13 or newer, without Textloom, ${modules[0]} contains the network, encode, decode and a sampler that takes the most probable token:`
        : `With PyTorch 1.13 or newer, without Textloom, ${modules.join(' and ')} contain the stacks, which share the embedding and the output layer:`,
    ),
    ...modules.map((module) => python(pyTorchLines(module.replace(/\.py$/, ''), prompt))),
    ...('name' in tokenizer
      ? [
          paragraph('The tokenizer alone, with the library tokenizers of Hugging Face:'),
          python([
            'from tokenizers import Tokenizer',
            '',
            `ids = Tokenizer.from_file("${tokenizer.name}").encode("${prompt}").ids`,
          ]),
        ]
      : []),
  ];
}

const python = (lines: readonly string[]): ReportBlock => ({ type: 'code', language: 'python', text: lines.join('\n') });

const pyTorchLines = (name: string, prompt: string) => [
  `import ${name}`,
  '',
  `model = ${name}.load()`,
  `print(${name}.generate(model, "${prompt}", tokens=200))`,
];

/** A text that the model can read: nothing from its files becomes a part of the program. */
function examplePrompt(tokenizer: Tokenizer): string {
  const isKnown = (text: string) => {
    try {
      return !tokenizer.encode(text).includes(tokenizer.vocabulary.unknownId ?? -1);
    } catch {
      return false;
    }
  };
  return ['The ', 'the ', 'a'].find(isKnown) ?? '';
}

function licenceBlocks(statements: HubStatements): ReportBlock[] {
  const { license, licenseName, hasLicenseText, corpusLicense, datasets, languages } = statements;
  const own = `${licenseName ?? license}${hasLicenseText ? ' (see LICENSE)' : ''}`;
  const facts: FactsBlock['facts'] = [
    ['licence of the model', license === 'unknown' ? 'not stated by the author: ask before you use it' : own],
    ['licence of the training text', corpusLicense ?? 'not stated by the author'],
    ...(datasets.length > 0 ? [['datasets', datasets.join(', ')] as const] : []),
    ['language', languages.length > 0 ? languages.join(', ') : 'not stated by the author'],
  ];
  return [{ type: 'facts', facts }];
}

function limitBlocks(model: ReportedModel, { tokenizer }: HubFiles): ReportBlock[] {
  const { options } = model;
  const isBackward = !options.bidirectional && directionOf(options) === 'backward';
  return [
    paragraph(
      'The model predicts text of the kind that it was trained on. It does not follow instructions, it knows no facts, and it can repeat passages of its training text.',
    ),
    paragraph('The library transformers cannot load it: the model type textloom in config.json is not one of its own.'),
    ...(isBackward
      ? [
          paragraph(
            'It reads and writes backward: it writes the text that comes before a prompt. The task of the metadata does not say so.',
          ),
        ]
      : []),
    ...('missing' in tokenizer
      ? [paragraph(`There is no tokenizer.json: ${tokenizer.missing}. Textloom and the Python code tokenize texts correctly.`)]
      : []),
  ];
}
