import { isJsonMap, type JsonMap, type JsonValue, printable } from '../../checkpoint/strict-json.js';

/** What a setting of a `tokenizer.json` may be; anything else would give other encodings than ours. */
interface Setting {
  readonly key: string;
  readonly allowed: readonly (JsonValue | undefined)[];
}

const absent = [undefined, null] as const;
const absentOrOff = [...absent, false] as const;
const absentOrEmpty = [...absent, ''] as const;

const settings: readonly Setting[] = [
  { key: 'truncation', allowed: absent },
  { key: 'padding', allowed: absent },
  { key: 'normalizer', allowed: absent },
  { key: 'pre_tokenizer.type', allowed: ['ByteLevel'] },
  // It must be said: readers differ in what they do when it is not.
  { key: 'pre_tokenizer.add_prefix_space', allowed: [false] },
  { key: 'pre_tokenizer.use_regex', allowed: [undefined, true] },
  { key: 'post_processor.type', allowed: [...absent, 'ByteLevel'] },
  { key: 'decoder.type', allowed: ['ByteLevel'] },
  // Files of old versions do not say the type; vocab and merges tell.
  { key: 'model.type', allowed: [undefined, 'BPE'] },
  { key: 'model.dropout', allowed: [...absent, 0] },
  { key: 'model.continuing_subword_prefix', allowed: absentOrEmpty },
  { key: 'model.end_of_word_suffix', allowed: absentOrEmpty },
  { key: 'model.ignore_merges', allowed: absentOrOff },
];

/** What is left to look at when the settings are ours. */
export interface ByteLevelFile {
  readonly model: JsonMap;
  readonly added_tokens?: JsonValue;
}

/**
 * Sees to it that a `tokenizer.json` is of the one kind that is read: GPT-2's byte-level pairs without a normalizer. The rest of
 * the settings (`unk_token`, `fuse_unk`, `byte_fallback`, `trim_offsets`) change nothing where every byte has a token.
 *
 * @param invalid makes the error to throw from what is wrong.
 */
export function refuseOtherTokenizers(file: JsonValue, invalid: (trouble: string) => Error): ByteLevelFile {
  for (const { key, allowed } of settings) {
    const found = key.split('.').reduce<JsonValue | undefined>(memberOf, file);
    if (!allowed.includes(found)) throw invalid(`${key} is ${shown(found)}; ${shownList(allowed)} can be read`);
  }
  const model = memberOf(file, 'model');
  if (!isJsonMap(model)) throw invalid('it has no model');
  return file as unknown as ByteLevelFile;
}

/** A part of an object that is its own; undefined for everything else. */
function memberOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function shown(value: JsonValue | undefined): string {
  if (value === undefined) return 'missing';
  return typeof value === 'string' ? printable(value) : typeof value === 'object' && value !== null ? 'set' : String(value);
}

function shownList(allowed: Setting['allowed']): string {
  const values = allowed.filter((value) => value !== undefined || allowed.length === 1).map(shown);
  return values.length === 1 ? `only ${values[0]}` : `only ${values.join(' or ')}`;
}
