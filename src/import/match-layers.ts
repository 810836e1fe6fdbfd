import type { ReadTensor } from '../checkpoint/safetensors-reader.js';
import { printable } from '../checkpoint/strict-json.js';
import type { Fail } from './state-dict.js';

interface RecurrentName {
  readonly tensor: ReadTensor;
  /** Everything before the parameter's own name. */
  readonly module: string;
  /** `weight_ih` and the like. */
  readonly parameter: string;
  /** The number at the end of torch.nn.LSTM's names; torch.nn.LSTMCell has none. */
  readonly layer: number;
}

/**
 * The recurrent parameters among some tensors, by the names that torch.nn gives them: `lstm.weight_ih_l0` and on in one module, or a
 * module for each layer (`rnns.0.weight_ih_l0`, `cell2.weight_hh`), in the order of their numbers.
 *
 * @returns pairs of our names and their tensors
 * @param fail called for networks that Textloom's cannot be: bidirectional ones, projections, two of them
 */
export function matchLayers(tensors: readonly ReadTensor[], fail: Fail): [string, ReadTensor][] {
  const found = tensors.flatMap((tensor) => recurrentName(tensor, fail) ?? []);
  const modules = [...new Set(found.map(({ module }) => module))].toSorted(byNumbers);
  const families = new Set(modules.map((module) => module.replace(/\d+/g, '#')));
  if (families.size > 1 || (modules.length > 1 && found.some(({ layer }) => layer > 0))) {
    fail(
      `it has several recurrent networks, ${modules.slice(0, 4).map(printable).join(', ')}: say in a map which is rnn (--map)`,
    );
  }
  return found.map(({ tensor, module, parameter, layer }) => {
    return [`rnn.${parameter}_l${modules.length > 1 ? modules.indexOf(module) : layer}`, tensor];
  });
}

function recurrentName(tensor: ReadTensor, fail: Fail): RecurrentName | undefined {
  const [, module = '', parameter, layer = '0', reverse] =
    /^(?:(.*)\.)?((?:weight|bias)_(?:ih|hh|hr))(?:_l(\d{1,4}))?(_reverse)?$/s.exec(tensor.name) ?? [];
  if (parameter === undefined) return undefined;
  const name = printable(tensor.name);
  if (reverse) fail(`${name} is of a bidirectional network, which looks at what it should predict: it is no language model`);
  if (parameter === 'weight_hr') fail(`${name} projects the state of an LSTM (proj_size), which Textloom's LSTM does not`);
  return { tensor, module, parameter, layer: Number(layer) };
}

/** Orders names by their first number that differs, so that 10 comes after 9. */
function byNumbers(a: string, b: string): number {
  const numbersOf = (name: string) => (name.match(/\d+/g) ?? []).map(Number);
  const [left, right] = [numbersOf(a), numbersOf(b)];
  const differs = left.findIndex((value, i) => value !== right[i]);
  return differs < 0 ? 0 : left[differs]! - (right[differs] ?? 0);
}
