import { UserError } from '../foundation/errors.js';
import {
  allowedValues,
  choiceOption,
  isAllowed,
  type MapOption,
  numberOption,
  type Option,
  type Options,
  type OptionValue,
  type OptionValues,
  regularizing,
  switchOption,
  wholeNumberOption,
} from '../foundation/options.js';
import { connectionOf, connectionOption, misfitOf } from './connections.js';
import { heads } from './heads/index.js';
import { layerTypes } from './layers/index.js';
import type { LayerDeclaration } from './layers/layer.js';
import {
  type DropoutChoice,
  type EmbeddingDropout,
  type EmbeddingDropoutChoice,
  embeddingDropoutOption,
  inShort,
  type LayerDropout,
  layerDropoutOption,
} from './modifiers/dropout-rates.js';

/** One layer: its type, the number of its outputs, its dropout, its connection, and the options that its type declares. */
export interface LayerChoice {
  readonly type: string;
  /** Absent where the type has as many outputs as inputs: see `PlacedLayer.size`. */
  readonly size?: number;
  readonly dropout: DropoutChoice;
  /** Which connection computes the next layer's inputs: see `connections.ts`. */
  readonly connection: string;
  readonly [option: string]: OptionValue | DropoutChoice | undefined;
}

export interface HeadChoice {
  readonly type: string;
  readonly [option: string]: OptionValue;
}

/** The parts of a language model with all defaults filled in: the `model` section of a resolved config, without initialization. */
export interface ModelSpecification {
  /** Absent for `forward`, so that the files of models that read forward do not depend on the key. */
  readonly direction?: 'backward';
  /** Whether there are a forward and a backward stack of these layers. Absent for false. */
  readonly bidirectional?: true;
  readonly embedding: { readonly size: number; readonly dropout: EmbeddingDropoutChoice };
  readonly layers: readonly LayerChoice[];
  readonly head: HeadChoice;
}

/** A specification and the size of its vocabulary. */
export interface ModelOptions extends ModelSpecification {
  readonly vocabularySize: number;
}

export const maximumLayers = 64;

const sizeOption = (describe: string) => wholeNumberOption(1, 65_536, 128, describe);

/**
 * The keys of a model section that are not declared by a layer or a head. Keys of the short form stand for several keys of the long form.
 */
export const modelKeys = {
  layers: wholeNumberOption(1, maximumLayers, 2, 'Recurrent layers, stacked.'),
  hiddenSize: sizeOption('Number of outputs of each recurrent layer.'),
  embeddingSize: sizeOption('Columns of the token embedding.'),
  dropout: regularizing(
    numberOption(
      { from: 0, below: 1 },
      0,
      'Share of values set to zero while training, on the non-recurrent connections: embedding output, between layers, before ' +
        'the head (Zaremba et al. 2014).',
    ),
  ),
  direction: choiceOption(
    ['forward', 'backward'],
    'forward',
    'forward: each token is predicted from those before it. backward: from those after it; texts are read and written from their end.',
  ),
  bidirectional: switchOption(
    false,
    'Two stacks of these layers with their own weights, one forward and one backward, share embedding and head (Peters et al. 2018); the ' +
      'loss is the mean of both directions.',
  ),
} as const;

const layerSize = sizeOption('Number of outputs.');

/** The keys of a layer besides the options of its type. */
export function layerKeys({ sized, dropoutPlaces = [], modifiers }: LayerDeclaration) {
  return {
    ...(sized && { size: layerSize }),
    dropout: layerDropoutOption(dropoutPlaces),
    connection: connectionOption,
    ...modifiers,
  };
}

/** The keys of the short form that a list of layers does not allow. */
export const shortFormKeys = ['cell', 'hiddenSize'] as const;

/** The keys of `embedding`. */
export const embeddingKeys = {
  size: sizeOption('Columns of the embedding.'),
  dropout: embeddingDropoutOption,
} as const;

type Section = Readonly<Record<string, unknown>>;

/**
 * Reads a `model` section, in its short form (`cell`, a number of `layers`, `hiddenSize`, ...) or with a list of layers. An absent key has
 * its default. A section from a file is not trusted: every value is checked.
 *
 * @param source the origin of the section, for error messages
 * @throws UserError `model` naming the key, the value and what is allowed
 */
export function modelSpecification(section: unknown, source = 'the config'): ModelSpecification {
  const specification = uncheckedSpecification(section, source);
  if (specification.direction && specification.bidirectional)
    throw new UserError('model', `${source}: model.direction backward and model.bidirectional exclude each other`);
  const misfit = misfitOf(specification.embedding.size, specification.layers);
  if (misfit) {
    const { index, connection, inputSize, size } = misfit;
    const sizes = `${inputSize} inputs and ${size} outputs, where a ${connection} connection needs as many outputs as inputs`;
    throw new UserError('model', `${source}: model.layers.${index} has ${sizes}`);
  }
  const [unfit] = unfitOptions(specification);
  if (unfit) throw new UserError('model', `${source}: ${unfit.key}: ${unfit.because}`);
  return specification;
}

/** The options of layers that do not fit the sizes of their layer, by their keys in a config, and why. */
export function unfitOptions({ embedding, layers }: ModelSpecification): { key: string; because: string }[] {
  let inputSize = embedding.size;
  return layers.flatMap((layer, index) => {
    const size = layer.size ?? inputSize;
    const found = declarationOf(layerTypes, layer.type, '', '').misfit?.(layer as OptionValues, { inputSize, size });
    inputSize = connectionOf(layer.connection).outputSize(inputSize, size);
    return found ? [{ key: `model.layers.${index}.${found.key}`, because: found.because }] : [];
  });
}

/** The same without the check that the sizes of layers fit their connections. */
export function uncheckedSpecification(section: unknown, source: string): ModelSpecification {
  const model = mapAt(section, 'model', source);
  refuseUnknown(
    model,
    [...Object.keys(modelKeys), 'cell', 'tieWeights', 'embedding', 'head', 'initialization'],
    'model',
    source,
  );
  const dropout = valueAt(modelKeys.dropout, model.dropout, 'model.dropout', source);
  if (Array.isArray(model.layers)) {
    for (const key of shortFormKeys)
      if (key in model)
        throw new UserError('model', `${source}: model.${key} is of a number of layers, and model.layers is a list`);
  }
  const layers = Array.isArray(model.layers)
    ? listedLayers(model.layers, dropout, source)
    : equalLayers(model, dropout, source);
  const embedding = mapAt(model.embedding ?? {}, 'model.embedding', source);
  refuseUnknown(embedding, Object.keys(embeddingKeys), 'model.embedding', source);
  const sized = layers.find((layer) => layer.size !== undefined)?.size;
  const size = embedding.size ?? model.embeddingSize ?? sized;
  const head = mapAt(model.head ?? {}, 'model.head', source);
  const direction = valueAt(modelKeys.direction, model.direction, 'model.direction', source);
  const bidirectional = valueAt(modelKeys.bidirectional, model.bidirectional, 'model.bidirectional', source);
  return {
    ...(direction === 'backward' && { direction }),
    ...(bidirectional && { bidirectional }),
    embedding: {
      size: valueAt(embeddingKeys.size, size, 'model.embedding.size', source),
      dropout: dropoutAt<EmbeddingDropout>(
        embeddingDropoutOption,
        embedding.dropout,
        dropout,
        'model.embedding.dropout',
        source,
      ),
    },
    layers,
    head: headChoice(model.tieWeights === undefined ? head : { tie: model.tieWeights, ...head }, source),
  };
}

/** The same model without dropout, as it is used after training. */
export function withoutDropout(options: ModelOptions): ModelOptions {
  return {
    ...options,
    embedding: { ...options.embedding, dropout: 0 },
    layers: options.layers.map((layer) => ({ ...layer, dropout: 0 })),
  };
}

/**
 * Dropout by place. Where the place that a single number sets is omitted, it has the rate of the whole model. The result is one number
 * where no other place has a rate.
 */
function dropoutAt<T>(option: MapOption, value: unknown, ofModel: number, key: string, source: string): number | T {
  if (value === undefined) return ofModel;
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  const rates = valueAt<Option>(option, isMap ? { [option.short!]: ofModel, ...value } : value, key, source);
  return inShort(rates as number | OptionValues, option.short!) as number | T;
}

/** The options of a model with a vocabulary of this size. */
export function modelOptions(section: unknown, vocabularySize: number, source = 'the config'): ModelOptions {
  return { vocabularySize, ...modelSpecification(section, source) };
}

/** The layers of the short form: a number of equal layers. */
function equalLayers(model: Section, dropout: number, source: string): LayerChoice[] {
  const count = valueAt(modelKeys.layers, model.layers, 'model.layers', source);
  const size = valueAt(modelKeys.hiddenSize, model.hiddenSize, 'model.hiddenSize', source);
  const layer = layerChoice({ size, ...mapAt(model.cell ?? {}, 'model.cell', source) }, dropout, 'model.cell', source);
  return Array.from({ length: count }, () => layer);
}

function listedLayers(list: readonly unknown[], dropout: number, source: string): LayerChoice[] {
  if (list.length < 1 || list.length > maximumLayers)
    throw invalid(source, 'model.layers', `a list of ${list.length}`, `a list of 1 to ${maximumLayers} layers`);
  return list.map((item, i) => {
    const key = `model.layers.${i}`;
    return layerChoice(mapAt(item, key, source), dropout, key, source);
  });
}

function layerChoice({ dropout, ...layer }: Section, dropoutOfModel: number, key: string, source: string): LayerChoice {
  const declaration = declarationOf(layerTypes, layer.type, `${key}.type`, source);
  const { dropout: places, ...keys } = layerKeys(declaration);
  const { size, ...values } = checkedValues({ ...keys, ...declaration.options }, layer, key, source);
  const rates = dropoutAt<LayerDropout>(places, dropout, dropoutOfModel, `${key}.dropout`, source);
  return { type: declaration.type, ...(size !== undefined && { size }), dropout: rates, ...values } as LayerChoice;
}

function headChoice(head: Section, source: string): HeadChoice {
  const { type, options } = declarationOf(heads, head.type, 'model.head.type', source);
  return { type, ...checkedValues(options, head, 'model.head', source) };
}

/** The entry of a registry with this `type`; the first where `type` is undefined. */
export function declarationOf<T extends { readonly type: string }>(
  registry: readonly T[],
  type: unknown,
  key: string,
  source: string,
): T {
  if (type === undefined) return registry[0]!;
  const found = registry.find((entry) => entry.type === type);
  if (found) return found;
  throw invalid(source, key, shown(type), registry.map((entry) => entry.type).join(', '));
}

function checkedValues(options: Options, section: Section, key: string, source: string, more: readonly string[] = ['type']) {
  refuseUnknown(section, [...more, ...Object.keys(options)], key, source);
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, option]) => {
      const value = valueAt<Option>(option, section[name], `${key}.${name}`, source);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function valueAt<O extends Option>(option: O, value: unknown, key: string, source: string): O['default'] {
  if (value === undefined) return option.default;
  if (option.kind === 'map' && typeof value === 'object')
    return checkedValues(option.options, mapAt(value, key, source), key, source, []) as unknown as O['default'];
  if (isAllowed(option, value)) return value as O['default'];
  throw invalid(source, key, shown(value), allowedValues(option));
}

function mapAt(value: unknown, key: string, source: string): Section {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Section;
  throw invalid(source, key, shown(value), 'a map');
}

/** A key of a later version could change what the model computes, so an unknown key is an error. */
function refuseUnknown(section: Section, known: readonly string[], key: string, source: string): void {
  const unknown = Object.keys(section).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new UserError('model', `${source}: ${key} has the unknown key ${shown(unknown)}; known: ${known.join(', ')}`);
}

function invalid(source: string, key: string, found: string, allowed: string): UserError {
  return new UserError('model', `${source}: ${key} is ${found}; allowed: ${allowed}`);
}

/** A value for an error message. Long or unusual values are not repeated, because the message goes to a terminal. */
function shown(value: unknown): string {
  const plain =
    typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && /^[\w.-]{0,40}$/.test(value));
  if (value === undefined) return 'missing';
  return plain ? JSON.stringify(value) : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
