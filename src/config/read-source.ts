import { closeSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { openRegularFile } from '../files/regular-file.js';
import { isSystemError, systemReason } from '../files/system-errors.js';
import { UserError } from '../foundation/errors.js';
import { printable } from '../foundation/printable.js';
import { createUtf8Decoder } from '../text/utf8.js';
import { nearest } from './nearest.js';
import type { Source } from './tree.js';

/** Usual configs have one or two pages, and YAML's own parser takes seconds for a hostile text of a megabyte. */
const maximumBytes = 256 * 1024;

/**
 * The text of a config file: UTF-8 (a byte order mark is removed), of limited size.
 * @param fail makes the error about the file
 * @throws UserError usage when the file cannot be read or is not such a text
 */
export function readSource(path: string, source: Source, fail: (text: string) => Error): string {
  const bytes = readBytes(path, fail);
  const decoder = createUtf8Decoder(printable(source.name));
  try {
    const text = decoder.push(bytes);
    decoder.end();
    return text;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('usage', error.message); // a config, not data
  }
}

function readBytes(path: string, fail: (text: string) => Error): Buffer {
  let descriptor: number | undefined;
  try {
    const file = openRegularFile(path);
    descriptor = file.descriptor;
    if (file.size > maximumBytes) throw fail(`${file.size} bytes; a config has at most ${maximumBytes}. Is it the corpus?`);
    return readFileSync(descriptor);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw fail(error.code === 'ENOENT' ? `no such file${nearbyFile(path)}` : (reasons.get(error.code) ?? systemReason(error)));
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** A file with a similar name in the folder of the missing one. */
function nearbyFile(path: string): string {
  try {
    const configs = readdirSync(dirname(path)).filter((name) => /\.(ya?ml|json)$/i.test(name));
    const meant = nearest(basename(path), configs);
    return meant === undefined ? '' : `; did you mean ${printable(meant)}?`;
  } catch {
    return '';
  }
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['EISDIR', 'a directory; a config is a .yaml or .json file'],
  ['EFTYPE', 'not a regular file; a config is a .yaml or .json file'],
  ['ENXIO', 'not a regular file; a config is a .yaml or .json file'],
  ['ENOTDIR', 'no such file: a part of its path is not a directory'],
  ['EACCES', 'may not be read by this user'],
  ['ELOOP', 'a symbolic link that leads to itself'],
]);
