import type { ReadTensor } from '../files/safetensors-content.js';
import type { Fail } from '../foundation/errors.js';
import { quotedName } from '../foundation/printable.js';

interface RecurrentName {
  readonly tensor: ReadTensor;
  /** The part of the name before the parameter's own name, without the `module` that a wrapper adds. */
  readonly module: string;
  /** `weight_ih` and the like. */
  readonly parameter: string;
  /** The number at the end of torch.nn.LSTM's names; torch.nn.LSTMCell has none. */
  readonly layer: number;
  /** Whether it is the trained weight of a wrapper for weight dropout (`weight_hh_l0_raw` of AWD-LSTM and fastai), without dropout. */
  readonly raw: boolean;
}

/** The tensors of the recurrent layers. */
export interface MatchedLayers {
  /** Pairs of our names and their tensors. */
  readonly pairs: readonly (readonly [string, ReadTensor])[];
  /** Weights with the dropout of the last training step, which a raw weight replaces. */
  readonly superseded: readonly ReadTensor[];
}

/**
 * Finds the recurrent parameters among some tensors, by the names that torch.nn gives them: `lstm.weight_ih_l0` and so on in one module, or
 * a module for each layer (`rnns.0.weight_ih_l0`, `cell2.weight_hh`), in the order of their numbers.
 *
 * @param fail called for networks that Textloom does not support: bidirectional ones, projections, two networks
 */
export function matchLayers(tensors: readonly ReadTensor[], fail: Fail): MatchedLayers {
  const all = tensors.flatMap((tensor) => recurrentName(tensor, fail) ?? []);
  const placeOf = ({ module, parameter, layer }: RecurrentName) => `${module} ${parameter} ${layer}`;
  const rawPlaces = new Set(all.filter(({ raw }) => raw).map(placeOf));
  const isSuperseded = (name: RecurrentName) => !name.raw && rawPlaces.has(placeOf(name));
  const found = all.filter((name) => !isSuperseded(name));
  const modules = [...new Set(found.map(({ module }) => module))].toSorted(byNumbers);
  const families = new Set(modules.map((module) => module.replace(/\d+/g, '#')));
  if (families.size > 1 || (modules.length > 1 && found.some(({ layer }) => layer > 0))) {
    fail(
      `it has several recurrent networks, ${modules.slice(0, 4).map(quotedName).join(', ')}: name the one to import as rnn in a map (--map)`,
    );
  }
  const numbers = new Map(modules.map((module, number) => [module, number]));
  const pairs = found.map(({ tensor, module, parameter, layer }) => {
    return [`rnn.${parameter}_l${modules.length > 1 ? numbers.get(module)! : layer}`, tensor] as const;
  });
  return { pairs, superseded: all.filter(isSuperseded).map(({ tensor }) => tensor) };
}

function recurrentName(tensor: ReadTensor, fail: Fail): RecurrentName | undefined {
  const [, module = '', parameter, layer = '0', reverse, raw] =
    /^(?:(.*)\.)?((?:weight|bias)_(?:ih|hh|hr))(?:_l(\d{1,4}))?(_reverse)?(_raw)?$/s.exec(tensor.name) ?? [];
  if (parameter === undefined) return undefined;
  const name = quotedName(tensor.name);
  if (reverse)
    fail(`${name} belongs to a bidirectional network, which reads the tokens that it predicts: it is not a language model`);
  if (parameter === 'weight_hr') fail(`${name} projects the state of an LSTM (proj_size), which Textloom's LSTM does not`);
  return { tensor, module: module.replace(/(^|\.)module$/, ''), parameter, layer: Number(layer), raw: raw !== undefined };
}

/** Orders names by their first number that differs, so that 10 comes after 9. */
function byNumbers(a: string, b: string): number {
  const numbersOf = (name: string) => (name.match(/\d+/g) ?? []).map(Number);
  const [left, right] = [numbersOf(a), numbersOf(b)];
  const differs = left.findIndex((value, i) => value !== right[i]);
  return differs < 0 ? 0 : left[differs]! - (right[differs] ?? 0);
}
