import { basename } from 'node:path';
import { lastingConfig } from '../../config/lasting-config.js';
import type { ResolvedConfig } from '../../config/types.js';
import { ProtobufWriter } from '../../foundation/protobuf-writer.js';
import { isJsonMap, type JsonValue } from '../../foundation/strict-json.js';

export type Hyperparameters = ReadonlyMap<string, string | number | boolean>;

/**
 * What TensorBoard's plugin of hyperparameters reads: the values of a run, and that it is complete. The format also has a message that lists
 * the hyperparameters and metrics of an experiment. It is not written, because TensorBoard uses only one such list for all runs that it
 * shows, and then hides the keys that only other runs have. Without it, TensorBoard collects the keys of all runs, and every scalar is a
 * metric.
 */
export type HyperparameterData =
  | { readonly kind: 'start'; readonly values: Hyperparameters; readonly seconds: number }
  | { readonly kind: 'end'; readonly seconds: number };

/** The tags that the plugin looks for. */
export const hyperparameterTags = {
  start: '_hparams_/session_start_info',
  end: '_hparams_/session_end_info',
} as const;

/** `Status.STATUS_SUCCESS` of the plugin's api.proto. */
const SUCCESS = 1;

/**
 * The keys of a config that affect the result, as `model.cell.type`, and their values. An element of a list of maps has its number as a key;
 * another list is one text. Paths are shortened to their last part.
 */
export function hyperparametersOf(config: ResolvedConfig): Hyperparameters {
  const found = new Map<string, string | number | boolean>();
  const add = (key: string, value: JsonValue): void => {
    if (Array.isArray(value) && !value.some(isJsonMap)) found.set(key, value.join(', '));
    else if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) add(key === '' ? name : `${key}.${name}`, inner);
    else if (value !== null) found.set(key, value);
  };
  add(
    '',
    lastingConfig(config, (path) => basename(path)),
  );
  return found;
}

/** The message `HParamsPluginData` of the plugin's plugin_data.proto, version 0. */
export function hyperparameterMessage(data: HyperparameterData): Uint8Array {
  const writer = new ProtobufWriter();
  if (data.kind === 'end') {
    writer.message(4, (end) => {
      end.integer(1, SUCCESS);
      end.double(2, data.seconds);
    });
  } else {
    writer.message(3, (start) => {
      for (const [key, value] of data.values)
        start.message(1, (entry) => {
          entry.text(1, key);
          entry.message(2, (wrapped) => writeScalar(wrapped, value));
        });
      start.double(5, data.seconds);
    });
  }
  return writer.finish();
}

/** The fields of `google.protobuf.Value`. */
function writeScalar(writer: ProtobufWriter, value: string | number | boolean): void {
  if (typeof value === 'number') writer.double(2, value);
  else if (typeof value === 'string') writer.text(3, value);
  else writer.integer(4, value ? 1 : 0);
}
