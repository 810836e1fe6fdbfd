import type { ReadTensor } from '../files/safetensors-content.js';
import type { Fail } from '../foundation/errors.js';
import { quotedName } from '../foundation/printable.js';
import { matchLayers } from './match-layers.js';
import { matchVocabularyMatrices, type RecurrentSizes, sibling } from './match-vocabulary-matrices.js';

/** The user's mapping of names, where guessing is not sufficient. */
export interface NameMap {
  /**
   * From our names to those in the file: of a tensor (`decoder.weight`), or of a module with all of its tensors (`rnn`). Names that are not
   * in the map are guessed.
   */
  readonly names: ReadonlyMap<string, string>;
  /** Tensors of the file that do not belong to the model. */
  readonly ignore: readonly string[];
}

/** Our modules that a map may name. */
export const mappedModules = ['encoder', 'rnn', 'projection', 'decoder'] as const;

/** The file's tensors by our names. */
export type Matched = Map<string, ReadTensor>;

/**
 * Matches the tensors of a state dict to our parameters: by the map, then by the names that torch.nn gives its recurrent layers, then by
 * names and shapes of the rest. Every tensor must be matched.
 *
 * @param stated names that, according to the file itself, are ours
 * @param fail called for tensors that are ambiguous or do not belong to a Textloom model
 */
export function matchNames(
  tensors: readonly ReadTensor[],
  { names, ignore }: NameMap,
  stated: ReadonlySet<string>,
  fail: Fail,
): Matched {
  const matched: Matched = new Map();
  const rest = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const take = (ours: string, theirs: ReadTensor) => {
    if (!rest.delete(theirs.name)) fail(`the map uses ${quotedName(theirs.name)} twice`);
    const other = matched.get(ours);
    if (other) fail(`${quotedName(other.name)} and ${quotedName(theirs.name)} would both be ${quotedName(ours)}`);
    matched.set(ours, theirs);
  };
  for (const name of ignore) if (!rest.delete(name)) fail(`it has no tensor ${quotedName(name)}, which the map ignores`);
  for (const [ours, theirs] of names) {
    for (const [name, tensor] of mappedTensors(tensors, ours, theirs, fail)) take(name, tensor);
  }
  for (const tensor of [...rest.values()]) if (stated.has(tensor.name) && !matched.has(tensor.name)) take(tensor.name, tensor);
  const isMapped = (module: string) => [...matched.keys()].some((name) => name.startsWith(`${module}.`));
  if (!isMapped('rnn')) {
    const { pairs, superseded } = matchLayers([...rest.values()], fail);
    for (const [ours, theirs] of pairs) take(ours, theirs);
    for (const { name } of superseded) rest.delete(name);
  }
  const wanted = ['encoder.weight', 'decoder.weight', 'decoder.bias', 'projection.weight'];
  const missing = wanted.filter((name) => !matched.has(name));
  for (const [ours, theirs] of matchVocabularyMatrices([...rest.values()], missing, sizesOf(matched))) take(ours, theirs);
  const projection = matched.get('projection.weight');
  if (projection && rest.has(sibling(projection.name)))
    fail(
      `${quotedName(sibling(projection.name))} is the bias of a projection between layers and decoder, which has none in Textloom`,
    );
  refuseTheRest([...rest.values()], fail);
  return matched;
}

/** The sizes of the recurrent layers; other problems of theirs are found later. */
function sizesOf(matched: Matched): RecurrentSizes | undefined {
  const recurrent = [...matched].filter(([name]) => name.startsWith('rnn.weight_hh_l')).length;
  const inputSize = matched.get('rnn.weight_ih_l0')?.shape[1];
  const hiddenSize = matched.get(`rnn.weight_hh_l${recurrent - 1}`)?.shape[1];
  return inputSize === undefined || hiddenSize === undefined ? undefined : { inputSize, hiddenSize };
}

function mappedTensors(tensors: readonly ReadTensor[], ours: string, theirs: string, fail: Fail): [string, ReadTensor][] {
  if (!mappedModules.some((module) => module === ours)) {
    const tensor = tensors.find(({ name }) => name === theirs);
    return tensor ? [[ours, tensor]] : fail(`it has no tensor ${quotedName(theirs)}, which the map gives for ${ours}`);
  }
  const inside = tensors.filter(({ name }) => name.startsWith(`${theirs}.`));
  if (inside.length === 0) fail(`it has no tensors ${quotedName(`${theirs}.…`)}, which the map gives for ${ours}`);
  return inside.map((tensor) => [`${ours}${tensor.name.slice(theirs.length)}`, tensor]);
}

function refuseTheRest(rest: readonly ReadTensor[], fail: Fail): void {
  if (rest.length === 0) return;
  const shown = rest.slice(0, 8).map(({ name, shape }) => `${quotedName(name)} [${shape.join(', ')}]`);
  const more = rest.length > shown.length ? ` and ${rest.length - shown.length} more` : '';
  fail(
    `the role of ${shown.join(', ')}${more} is not clear. A Textloom model has an embedding, recurrent layers ` +
      'and a linear decoder. Give the names in a map (--map), or list the tensors there under ignore',
  );
}
