import { statSync } from 'node:fs';
import { join } from 'node:path';
import { mapPaths } from '../config/map-paths.js';
import { writeFileAtomically } from '../files/atomic-file.js';
import type { FileSystem } from '../files/file-system.js';
import { type WriteFile, writeFolder } from '../files/folder-writer.js';
import { isJsonMap, type JsonValue } from '../foundation/strict-json.js';
import { withoutDropout } from '../model/specification.js';
import { directionOf } from '../model/stacks.js';
import type { ModelFile } from '../run/model-content.js';
import { writeModelFile } from '../run/model-file.js';
import type { OpenedModel } from '../run/open-model.js';
import { huggingFaceTokenizer, type TokenizerFile } from './hugging-face-tokenizer.js';
import { pyTorchModule } from './pytorch-module.js';
import type { ExportedFile } from './safetensors-export.js';
import { textNormalization } from './text-normalization.js';

/** Names of the files of a repository on the Hugging Face Hub. */
export const hubNames = {
  card: 'README.md',
  license: 'LICENSE',
  config: 'config.json',
  weights: 'model.safetensors',
  module: 'textloom_model.py',
  backwardModule: 'textloom_model_backward.py',
  tokenizer: 'tokenizer.json',
  tokenizerConfig: 'tokenizer_config.json',
  attributes: '.gitattributes',
} as const;

/** The files that are deleted where an earlier export had them and this one does not. */
const replaceable = [hubNames.module, hubNames.backwardModule, hubNames.tokenizer, hubNames.tokenizerConfig];

/** A model as the files of a repository, without the model card. */
export interface HubContents {
  readonly tokenizer: TokenizerFile;
  /** The Python modules by their names: one for each stack of the model. */
  readonly modules: ReadonlyMap<string, string>;
  /** The model file that is written: its paths are those of {@link publicPath}. */
  readonly file: ModelFile;
  readonly config: string;
}

/**
 * A path in a file that is published: relative paths within a project are kept, so that the model finds its corpus there; of all others only
 * the name of the file remains.
 */
export function publicPath(path: string): string {
  const isInside = !/^([/\\~]|[A-Za-z]:)/.test(path) && !path.split(/[/\\]/).includes('..');
  return isInside ? path : /[^/\\]*$/.exec(path)![0];
}

/**
 * Everything of a repository that follows from the model.
 *
 * @param model as it was opened: a bidirectional one as its forward stack, with the other
 * @throws UserError `usage` for a tokenizer that has no Python code
 */
export function hubContents(model: OpenedModel, file: ModelFile): HubContents {
  const { tokenizer, backward } = model;
  const stacks = [model, ...(backward ? [backward] : [])];
  const modules = stacks.map((stack, i): [string, string] => {
    const module = i === 0 ? hubNames.module : hubNames.backwardModule;
    return [module, pyTorchModule(stack, { weights: hubNames.weights, module, bothStacks: backward !== undefined })];
  });
  return {
    tokenizer: huggingFaceTokenizer(tokenizer.toJSON(), textNormalization(model)),
    modules: new Map(modules),
    file: { ...file, config: isJsonMap(file.config) ? mapPaths(file.config, publicPath) : file.config },
    config: configOf(model),
  };
}

/** `config.json`: the network, under a model type of its own, because the library transformers has no such model. */
function configOf({ options, tokenizer, backward }: OpenedModel): string {
  const { vocabularySize, ...network } = withoutDropout(options);
  const config: JsonValue = {
    model_type: 'textloom',
    vocab_size: vocabularySize,
    tokenizer_type: tokenizer.type,
    direction: backward ? 'bidirectional' : directionOf(options),
    dtype: 'float32',
    network: network as unknown as JsonValue,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** What a repository contains besides what follows from the model. */
export interface HubCard {
  /** The model card, with its metadata. */
  readonly card: string;
  /** The text of the licence, if it is stored in the repository. */
  readonly license?: string | undefined;
}

/**
 * Writes a repository for the Hugging Face Hub into a folder: see {@link writeFolder}. An existing `.gitattributes` stays, because the Hub
 * and git have written what it contains.
 *
 * @throws UserError `disk` when the operating system refuses
 */
export function writeHub(
  path: string,
  { tokenizer, modules, file, config }: HubContents,
  { card, license }: HubCard,
  files?: FileSystem,
): ExportedFile[] {
  const contents = new Map<string, { what: string; write: WriteFile }>();
  const add = (name: string, what: string, text: string) =>
    contents.set(name, {
      what,
      write: (place, options) => writeFileAtomically(place, (append) => append(Buffer.from(text)), options),
    });
  contents.set(hubNames.weights, { what: 'model', write: (place, options) => writeModelFile(place, file, options) });
  add(hubNames.config, 'network', config);
  for (const [name, code] of modules) add(name, 'Python module', code);
  if ('json' in tokenizer) {
    add(hubNames.tokenizer, 'tokenizer', tokenizer.json);
    add(hubNames.tokenizerConfig, 'its settings', tokenizerConfig);
  }
  if (statSync(join(path, hubNames.attributes), { throwIfNoEntry: false }) === undefined)
    add(hubNames.attributes, 'for git', attributes);
  if (license !== undefined) add(hubNames.license, 'licence', license);
  add(hubNames.card, 'model card', card);
  const writes = new Map([...contents].map(([name, { write }]) => [name, write]));
  const obsolete = replaceable.filter((name) => !contents.has(name));
  writeFolder(path, writes, obsolete, files);
  return [...contents].map(([name, { what }]) => ({ path: join(path, name), bytes: statSync(join(path, name)).size, what }));
}

/** The class with which transformers reads `tokenizer.json`. It knows no special tokens, for which it would search texts. */
const tokenizerConfig = `${JSON.stringify({ tokenizer_class: 'PreTrainedTokenizerFast', clean_up_tokenization_spaces: false }, null, 2)}\n`;

/** Weights are stored by Git LFS, as in every repository of the Hub. */
const attributes = '*.safetensors filter=lfs diff=lfs merge=lfs -text\n';
