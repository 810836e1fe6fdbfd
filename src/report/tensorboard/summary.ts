import type { ProtobufWriter } from '../../foundation/protobuf-writer.js';
import { type Buckets, bucketTensor } from './histogram.js';
import { type HyperparameterData, hyperparameterMessage, hyperparameterTags } from './hyperparameters.js';

/** A value of a summary, by the plugin of TensorBoard that shows it. Values of one tag at several steps are one curve or list. */
export type SummaryValue =
  | { readonly plugin: 'scalars'; readonly tag: string; readonly value: number }
  | { readonly plugin: 'histograms'; readonly tag: string; readonly buckets: Buckets }
  /** Text as Markdown. */
  | { readonly plugin: 'text'; readonly tag: string; readonly markdown: string }
  | { readonly plugin: 'hparams'; readonly data: HyperparameterData };

/** Numbers of types.proto, and of `DataClass` in summary.proto. */
const FLOAT = 1;
const DOUBLE = 2;
const STRING = 7;
const TENSOR_CLASS = 2;

/** Writes the fields of a `Summary` message (TensorBoard's summary.proto). */
export function writeSummary(writer: ProtobufWriter, values: readonly SummaryValue[]): void {
  for (const value of values) writer.message(1, (message) => writeValue(message, value));
}

function writeValue(message: ProtobufWriter, value: SummaryValue): void {
  switch (value.plugin) {
    case 'scalars':
      message.text(1, value.tag);
      // Readers of every version understand this field; TensorBoard assigns it to its plugin of scalars.
      message.float(2, value.value);
      return;
    case 'histograms':
      message.text(1, value.tag);
      writeMetadata(message, value.plugin);
      writeTensor(message, { type: DOUBLE, shape: [value.buckets.length, 3] }, (tensor) =>
        tensor.bytes(4, bucketTensor(value.buckets)),
      );
      return;
    case 'text':
      message.text(1, value.tag);
      writeMetadata(message, value.plugin);
      writeTensor(message, { type: STRING, shape: [] }, (tensor) => tensor.text(8, value.markdown));
      return;
    case 'hparams':
      message.text(1, hyperparameterTags[value.data.kind]);
      writeMetadata(message, value.plugin, hyperparameterMessage(value.data));
      // The plugin reads only the metadata; a value must have a tensor.
      writeTensor(message, { type: FLOAT, shape: [0] });
  }
}

/** The plugin that shows a tensor, and its own message, which is empty for version 0 of most plugins. */
function writeMetadata(message: ProtobufWriter, plugin: string, content?: Uint8Array): void {
  message.message(9, (metadata) => {
    metadata.message(1, (data) => {
      data.text(1, plugin);
      if (content !== undefined) data.bytes(2, content);
    });
    metadata.integer(4, TENSOR_CLASS);
  });
}

function writeTensor(
  message: ProtobufWriter,
  { type, shape }: { type: number; shape: readonly number[] },
  writeContent?: (tensor: ProtobufWriter) => void,
): void {
  message.message(8, (tensor) => {
    tensor.integer(1, type);
    tensor.message(2, (dimensions) => {
      for (const size of shape) dimensions.message(2, (dimension) => dimension.integer(1, size));
    });
    writeContent?.(tensor);
  });
}
