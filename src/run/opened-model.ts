import type { Engine } from '../engine/engine.js';
import { UserError } from '../foundation/errors.js';
import { quotedName } from '../foundation/printable.js';
import { isJsonMap, type JsonValue } from '../foundation/strict-json.js';
import { type ModelDescription, modelDescription } from '../model/model-description.js';
import { entryView, type ParameterTable, parameterTable } from '../model/parameter-table.js';
import { stackOptions, stackTable } from '../model/stack-model.js';
import { type Stack, stacksOf } from '../model/stacks.js';
import { type ModelFile, type Parameter, parseModelFile } from './model-content.js';

/** A trained model in an engine's memory. */
export interface OpenedModel extends ModelDescription {
  readonly table: ParameterTable;
  /** The parameters, [table.arenaLength], in the engine's memory. */
  readonly arena: Float32Array;
  /** Of a bidirectional model: its backward stack, as a model of its own in the same memory. */
  readonly backward?: OpenedModel;
}

/**
 * Opens a model from the bytes of a model file or a checkpoint. Nothing in them is trusted, and allocations do not exceed what they
 * contain. A bidirectional model is opened as its forward stack, a model of one direction, and has `backward` besides.
 *
 * @param bytes of `model.safetensors`; weights in half precision or 8 bits are widened to float32
 * @param name of the model in messages
 * @throws UserError `model` when they are not a model, or damaged
 */
export function openModelBytes(bytes: Uint8Array, engine: Engine, name = 'the model'): OpenedModel {
  return placedModel(checkedModel(name, parseModelFile(bytes, name)), engine);
}

/** A model in the memory of an engine. */
export function placedModel({ table, parameters, ...description }: ReadModel, engine: Engine): OpenedModel {
  const arena = engine.allocateFloats(table.arenaLength);
  for (const entry of table.entries) entryView(arena, entry).set(parameters.get(entry.name)!);
  return stackModels({ ...description, table, arena });
}

/** A whole model as its stacks: models of one direction in its memory. */
export function stackModels<M extends ModelDescription & Pick<OpenedModel, 'table' | 'arena'>>(
  model: M,
): M & { readonly backward?: M } {
  const { options, table, config } = model;
  if (!options.bidirectional) return model;
  const modelOf = (stack: Stack): M => ({
    ...model,
    options: stackOptions(options, stack),
    table: stackTable(table, options, stack),
    config: { ...config, model: { ...section, ...(stack.direction === 'backward' && { direction: stack.direction }) } },
  });
  const { bidirectional: _, ...section } = isJsonMap(config.model) ? config.model : {};
  const [forward, backward] = stacksOf(options).map(modelOf);
  return { ...forward!, backward: backward! };
}

/** An opened model as the contents of a model file. Of a bidirectional model: its forward stack alone, a model of one direction. */
export function contentsOf({
  config,
  tokenizer,
  training,
  table,
  arena,
}: ModelDescription & Pick<OpenedModel, 'table' | 'arena'>): ModelFile {
  return {
    config,
    tokenizer: tokenizer.toJSON() as unknown as JsonValue,
    parameters: table.entries.map((entry) => ({ name: entry.name, shape: entry.shape, data: entryView(arena, entry) })),
    ...(Object.keys(training).length > 0 && { training }),
  };
}

/** A trained model as in its file. */
export interface ReadModel extends ModelDescription {
  readonly table: ParameterTable;
  /** By name: exactly the parameters of the table, each of its shape and with finite numbers. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
}

/** A model whose description and parameters are valid. @param file its name in messages @throws UserError `model` */
export function checkedModel(file: string, { parameters, ...said }: ModelFile): ReadModel {
  const description = modelDescription(file, said);
  const table = parameterTable(description.options);
  checkParameters(file, table, parameters);
  return { ...description, table, parameters: new Map(parameters.map(({ name, data }) => [name, data])) };
}

/** Checks that the tensors are exactly those of the table, each of its shape and with finite numbers. */
function checkParameters(file: string, table: ParameterTable, parameters: readonly Parameter[]): void {
  const wanted = new Map(table.entries.map((entry) => [entry.name, entry]));
  for (const { name, shape, data } of parameters) {
    const entry = wanted.get(name);
    if (!entry)
      throw new UserError('model', `${file}: parameter ${quotedName(name)} is not one of the model that its config describes`);
    if (shape.length !== entry.shape.length || shape.some((size, i) => size !== entry.shape[i])) {
      const shapes = `[${shape.join(', ')}], where its config and vocabulary need [${entry.shape.join(', ')}]`;
      throw new UserError('model', `${file}: parameter ${name} has the shape ${shapes}`);
    }
    const broken = data.findIndex((value) => !Number.isFinite(value));
    if (broken >= 0)
      throw new UserError('model', `${file}: parameter ${name} holds ${data[broken]} at ${broken}: the training diverged`);
    wanted.delete(name);
  }
  const [missing] = wanted.keys();
  if (missing !== undefined) throw new UserError('model', `${file}: parameter ${missing} is missing`);
}
