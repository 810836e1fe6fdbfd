import { formatCount } from '../../ui/format.js';
import type { TensorFacts } from './inspect-model.js';

const NAME = 20;
const SHAPE = 11;
const COUNT = 9;
const FIGURE = 8;

/** A row for each tensor in 80 columns; text that is too long for its column gets its own line. */
export function parameterTableLines(tensors: readonly TensorFacts[]): string[] {
  const head = row('  name', 'shape', 'count', ['norm', 'mean', 'std', 'min', 'max']);
  return [head, ...tensors.flatMap(rowsOf)];
}

function rowsOf({ name, shape, dtype, count, norm, mean, standardDeviation, minimum, maximum, nonFinite }: TensorFacts) {
  const shapeText = shape.length === 0 ? 'scalar' : shape.join('×');
  const figures = [norm, mean, standardDeviation, minimum, maximum].map(figure);
  const label = `  ${name.replace(/\s/g, ' ')}`;
  const notes = [
    ...(nonFinite === undefined ? [] : [`    ${formatCount(nonFinite)} of them are not finite: the training diverged`]),
    ...(dtype === 'F32' ? [] : [`    kept as ${dtype}`]),
  ];
  const number = formatCount(count);
  const fits = label.length < NAME && shapeText.length < SHAPE && number.length <= COUNT;
  if (fits) return [row(label, shapeText, number, figures), ...notes];
  return [`${label}  ${shapeText}`, row('', '', number, figures), ...notes];
}

function row(name: string, shape: string, count: string, figures: readonly string[]): string {
  return (
    name.padEnd(NAME) + shape.padEnd(SHAPE) + count.padStart(COUNT) + figures.map((text) => text.padStart(FIGURE)).join('')
  );
}

/** Three digits in at most seven characters: `-0.123`, `12.3`, `4e-5`. */
function figure(value: number | null): string {
  if (value === null) return '-';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.0005 || size >= 99_999.5) return value.toExponential(0).replace('e+', 'e');
  return size < 9.9995 ? value.toFixed(3) : value.toPrecision(size < 999.5 ? 3 : Math.ceil(Math.log10(size + 0.5)));
}
