import { readSafetensors } from '../files/safetensors-reader.js';
import { UserError } from '../foundation/errors.js';
import { isJsonMap, type JsonValue } from '../foundation/strict-json.js';
import { tokenizerFromJSON } from '../text/tokenizers/index.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { modelOf } from './model-content.js';
import { modelFileOf } from './open-model.js';

/**
 * The sections of a model's config with which another training run can begin. The tokenizer of an imported model is in no config; then the
 * section describes the tokenizer.
 *
 * @throws UserError `model` when there is no such model, or it is damaged
 */
export function modelSections(path: string): { readonly model: JsonValue; readonly tokenizer: JsonValue } {
  const { file, config, tokenizer } = documentsOf(path);
  if (!isJsonMap(config)) throw new UserError('model', `${file}: its config is not a map`);
  return { model: withoutVectors(config.model ?? {}), tokenizer: config.tokenizer ?? tokenizerSection(tokenizer) };
}

/** Removes the key for initial vectors: the weights are those of the model, not initial ones. */
function withoutVectors(model: JsonValue): JsonValue {
  if (!isJsonMap(model) || !isJsonMap(model.initialization)) return model;
  const { vectors: _, ...initialization } = model.initialization;
  return { ...model, initialization };
}

/** The tokenizer of a model without normalization: a corpus is normalized when it is read. @throws UserError `model`, likewise */
export function modelTokenizer(path: string): Tokenizer {
  return tokenizerFromJSON(documentsOf(path).tokenizer);
}

/** Everything in a model file except its weights. */
function documentsOf(path: string) {
  const file = modelFileOf(path);
  const { metadata } = readSafetensors(file, { digest: 'required', select: () => false });
  return { file, ...modelOf(file, metadata, []) };
}

function tokenizerSection(state: JsonValue): JsonValue {
  const known = tokenizerFromJSON(state).toJSON();
  if (known.type === 'bpe') return { type: known.type, vocabularySize: known.tokens.length };
  if (known.type !== 'word') return { type: known.type };
  const { tokens: _, ...section } = known;
  return section;
}
