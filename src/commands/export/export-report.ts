import type { HtmlExport } from '../../export/html-export.js';
import { type OnnxExport, TOLERANCE } from '../../export/onnx-export.js';
import { formatCount, formatPerplexity, formatSize } from '../../ui/format.js';
import type { MeasuringText } from './export-text.js';

/** A line of the table. */
export type Row = readonly [label: string, value: string];

/** What was written and its quality, for people. */
export function onnxRows(result: OnnxExport, measured: MeasuringText | undefined): Row[] {
  const { path, bytes, opset, form, precision, agreement, float32, perplexity } = result;
  const verified = float32 ? float32.agreement : agreement;
  const rows: Row[] = [
    ['file', path],
    ['size', float32 ? `${formatSize(bytes)}; in float32 ${formatSize(float32.bytes)}` : formatSize(bytes)],
    ['opset', String(opset)],
    ['form', form],
    ['precision', precision],
    [
      'verified',
      verified ? `off by ${share(verified.difference)} of the largest logit at most; ${TOLERANCE} is allowed` : 'no',
    ],
  ];
  if (float32?.agreement && agreement) rows.push([`in ${precision}`, `off by ${share(agreement.difference)} at most`]);
  if (perplexity) {
    rows.push(...perplexityRows(precision, perplexity, measured!));
  } else if (precision !== 'float32') {
    const why = agreement ? "the model's own text cannot be used; give one with --text" : 'the file was not run';
    rows.push(['perplexity', `not measured: ${why}`]);
  }
  return rows;
}

/** The same as JSON. */
export function onnxJson(result: OnnxExport, measured: MeasuringText | undefined): object {
  const { agreement, float32, perplexity, ...file } = result;
  const verified = float32 ? float32.agreement : agreement;
  return {
    ...file,
    verified: verified !== undefined,
    ...(verified && { tolerance: TOLERANCE, difference: verified.difference, differenceAt: verified.where }),
    ...(float32 && { float32Bytes: float32.bytes }),
    ...(float32?.agreement && agreement && { precisionDifference: agreement.difference }),
    ...(perplexity && { perplexity: { text: measured!.name, ...perplexity } }),
    ...(measured?.absent !== undefined && { perplexityNotMeasured: measured.absent }),
  };
}

/** A page, for people. */
export function htmlRows(
  { path, bytes, modelBytes, weights, perplexity }: HtmlExport,
  measured: MeasuringText | undefined,
): Row[] {
  const rows: Row[] = [
    ['file', path],
    ['size', `${formatSize(bytes)}; the model in it ${formatSize(modelBytes)}`],
    ['precision', weights],
  ];
  if (perplexity) rows.push(...perplexityRows(weights, perplexity, measured!));
  else if (weights !== 'float32')
    rows.push(['perplexity', "not measured: the model's own text cannot be used; give one with --text"]);
  return rows;
}

/** The same as JSON. */
export function htmlJson({ weights, perplexity, ...file }: HtmlExport, measured: MeasuringText | undefined): object {
  return {
    ...file,
    precision: weights,
    ...(perplexity && { perplexity: { text: measured!.name, ...perplexity } }),
    ...(measured?.absent !== undefined && { perplexityNotMeasured: measured.absent }),
  };
}

/** What a precision costs, and on which text that was measured. */
function perplexityRows(
  precision: string,
  { tokens, float32, exported }: NonNullable<OnnxExport['perplexity']>,
  { name }: MeasuringText,
): Row[] {
  const loss = exported / float32 - 1;
  const change = `${loss < 0 ? '' : '+'}${(loss * 100).toFixed(2)}%`;
  return [
    ['perplexity', `${formatPerplexity(float32)} in float32, ${formatPerplexity(exported)} in ${precision} (${change})`],
    ['measured on', `${name}, ${formatCount(tokens)} tokens`],
  ];
}

const share = (difference: number) => (difference === 0 ? '0' : difference.toExponential(1));
