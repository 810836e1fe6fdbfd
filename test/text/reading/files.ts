import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Piece } from '../../../src/text/reading/documents.js';

/** Writes files into a folder, packed where their names end in .gz; returns the folder's paths by name. */
export function writeFiles(folder: string, files: Record<string, string | Uint8Array>): (name: string) => string {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, name.endsWith('.gz') && typeof content === 'string' ? gzipSync(content) : content);
  }
  return (name) => join(folder, name);
}

/** The documents of a text; what follows the last end is one more. */
export async function documentsOf(pieces: Iterable<Piece> | AsyncIterable<Piece>): Promise<string[]> {
  const documents = [''];
  for await (const { text, endsDocument } of pieces) {
    documents[documents.length - 1] += text;
    if (endsDocument) documents.push('');
  }
  return documents.at(-1) === '' ? documents.slice(0, -1) : documents;
}
