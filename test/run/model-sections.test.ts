import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../src/files/safetensors-writer.js';
import type { JsonValue } from '../../src/foundation/strict-json.js';
import { writeModelFile } from '../../src/run/model-file.js';
import { modelSections, modelTokenizer } from '../../src/run/model-sections.js';
import { trainTokenizer } from '../../src/text/tokenizers/index.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { userErrorOf } from '../foundation/thrown.js';

const text = 'the fox said to the crow: the cheese, the fox said.\n'.repeat(3);
const characters = trainTokenizer({ type: 'character' }, text);

/** A model file without weights, which are not read. */
function modelWith(config: JsonValue, tokenizer = characters): string {
  const path = join(temporaryFolder(), 'model.safetensors');
  writeModelFile(path, { config, tokenizer: tokenizer.toJSON() as unknown as JsonValue, parameters: [] });
  return path;
}

describe('the sections of a model with which another run begins', () => {
  it('are those of its config, but without the key for initial vectors', () => {
    const tokenizer = { type: 'character', minimumCount: 2 };
    const initialization = { type: 'uniform', range: 0.1, vectors: { path: 'v.txt' } };
    const model = { layers: 2, initialization };
    const { vectors: _, ...rest } = initialization;
    expect(modelSections(modelWith({ model, tokenizer }))).toEqual({ model: { layers: 2, initialization: rest }, tokenizer });
    expect(modelSections(modelWith({ model: { layers: 2 }, tokenizer })).model).toEqual({ layers: 2 });
    expect(modelSections(modelWith({ tokenizer })).model).toEqual({});
  });

  it.each([
    [{ type: 'character' } as const, { type: 'character' }],
    [{ type: 'byte' } as const, { type: 'byte' }],
    [{ type: 'bpe', vocabularySize: 270 } as const, { type: 'bpe', vocabularySize: 270 }],
  ])('describe the tokenizer where the config does not: %j', (options, section) => {
    expect(modelSections(modelWith({}, trainTokenizer(options, text))).tokenizer).toEqual(section);
  });

  it('describe a word tokenizer by all its options, without its tokens', () => {
    const section = { type: 'word', case: 'lower', punctuation: 'separate' } as const;
    const tokenizer = trainTokenizer(section, text);
    const path = modelWith({}, tokenizer);
    expect(modelSections(path).tokenizer).toEqual(section);
    expect(modelTokenizer(path).toJSON()).toEqual(tokenizer.toJSON());
  });

  it('are not read from a config that is not a map, nor from a file without a SHA-256 of its content', () => {
    const list = modelWith([]);
    const refused = userErrorOf(() => modelSections(list));
    expect([refused.kind, refused.message]).toEqual(['model', `${list}: its config is not a map`]);

    const path = join(temporaryFolder(), 'model.safetensors');
    const header = Buffer.from('{"__metadata__":{"format":"textloom"}}');
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    writeFileSync(path, Buffer.concat([length, header]));
    expect(userErrorOf(() => modelSections(path)).message).toContain('it has no SHA-256 of its content');
    writeSafetensors(path, [], { format: 'other' });
    expect(userErrorOf(() => modelTokenizer(path)).message).toContain('not a Textloom model');
  });
});
