import { architectureOf } from './architecture.js';
import type { ModelOptions } from './specification.js';

/** The layers of a model in words: `LSTM, 2 layers of 128, backward`; each layer separately where they differ. */
export function layersInWords(options: ModelOptions): string {
  const { bidirectional, direction } = options;
  const read = bidirectional ? ', forward and backward' : direction === undefined ? '' : `, ${direction}`;
  const each = architectureOf(options).layers.map(({ declaration, choice, size, connection }) => ({
    name: declaration.name(choice),
    size: connection.type === 'none' ? String(size) : `${size} (${connection.type})`,
  }));
  const [first] = each;
  const count = each.length;
  if (each.every(({ name, size }) => name === first!.name && size === first!.size))
    return `${first!.name}, ${count} ${count === 1 ? 'layer' : 'layers'} of ${first!.size}${read}`;
  return `${each.map(({ name, size }) => `${name} of ${size}`).join(', then ')}${read}`;
}

/** The kinds of a model's layers in words: `LSTM`, `LSTM and GRU (reset after the product)`. */
export function namesInWords(options: ModelOptions): string {
  const names = architectureOf(options).layers.map(({ declaration, choice }) => declaration.name(choice));
  return [...new Set(names)].join(' and ');
}
