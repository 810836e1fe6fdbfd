/**
 * What a path is when it is not what a command expects: a sentence that says so, and what to do. Only the beginning of a regular file is
 * read, and only names in folders.
 */
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { isFolder } from './file-system.js';
import { holdsRun, listCheckpoints, runLayout } from './run-directory.js';

/** Runs that are listed, at most, and entries of a folder that are looked at. */
const LISTED = 10;
const LOOKED_AT = 1000;
const BEGINNING = 4096;

/** Why a path is not a model and where the model may be; undefined for what may be one and for what is not there. */
export function describeNoModel(path: string): string | undefined {
  if (isFolder(path)) return describeFolder(path, 'model');
  const kind = kindOfFile(path);
  if (kind === undefined) return undefined;
  const run = dirname(path);
  const inRun = holdsRun(run) && [runLayout(run).config, runLayout(run).metrics].includes(path);
  if (inRun) return `${path} is a file of the run in ${run}: give the folder ${run} or its model.safetensors`;
  if (kind === 'config') {
    const expected = join('runs', basename(path, extname(path)));
    return `${path} is a config, not a model. Train it with textloom train ${path}, then give its run directory (${expected} by default)`;
  }
  if (kind === 'text') return `${path} is a text, not a model. ${trainText(path)}, then give the run directory`;
  if (kind === 'zip')
    return `${path} is a zip archive, as torch.save writes, and not a safetensors file: save the state dict with safetensors.torch.save_file, then use textloom import`;
  return undefined;
}

/** Why a path is not a config and what may be meant; undefined for what may be one and for what is not there. */
export function describeNoConfig(path: string): string | undefined {
  if (isFolder(path)) return holdsRun(path) ? undefined : describeFolder(path, 'config');
  const kind = kindOfFile(path);
  if (kind === 'text') return `${path} is a text, not a config. ${trainText(path)}`;
  if (kind === 'model') {
    const parent = dirname(path);
    const run = basename(parent) === 'checkpoints' ? dirname(parent) : parent;
    const remedy = holdsRun(run) ? `. Its run is continued with textloom train ${run} --resume` : '';
    return `${path} is a model, not a config${remedy}`;
  }
  return undefined;
}

const trainText = (path: string) => `Write a config for it with textloom init --corpus ${path}, and train that`;

function describeFolder(path: string, expected: 'model' | 'config'): string {
  const [newest] = listCheckpoints(runLayout(path).checkpoints);
  if (newest) return `${path} is a run directory without model.safetensors; its newest checkpoint can be used: ${newest.path}`;
  if (holdsRun(path)) return `${path} is a run directory that has no model and no checkpoint yet`;
  const runs = runsIn(path);
  if (runs.length === 0) return `${path} is a folder without a run: a ${expected} file or a run directory is expected`;
  const listed = runs.slice(0, LISTED).join(', ');
  const more = runs.length > LISTED ? ` and ${runs.length - LISTED} more` : '';
  const next = expected === 'config' ? '; to continue one, give it with --resume' : '';
  return `${path} is a folder of runs; give one of them: ${listed}${more}${next}`;
}

/** The run directories in a folder, by name. */
function runsIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).sort().slice(0, LOOKED_AT);
    return names.map((name) => join(folder, name)).filter((path) => isFolder(path) && holdsRun(path));
  } catch {
    return [];
  }
}

type FileKind = 'config' | 'text' | 'model' | 'zip' | 'other';

/** By its name and its first bytes; undefined for what cannot be read and for what is no regular file. */
function kindOfFile(path: string): FileKind | undefined {
  const bytes = beginningOf(path);
  if (bytes === undefined) return undefined;
  if (bytes.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1'))) return 'zip';
  // A safetensors file begins with the length of its header, which has zeros in its upper bytes, and a brace.
  if (bytes.length > 8 && bytes[8] === 0x7b && bytes[7] === 0) return 'model';
  if (!isText(bytes)) return 'other';
  return /\.(ya?ml|json)$/i.test(path) ? 'config' : 'text';
}

function beginningOf(path: string): Buffer | undefined {
  let descriptor: number | undefined;
  try {
    // Without O_NONBLOCK (Windows has none), opening a named pipe would wait for a writer for ever.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    if (!fstatSync(descriptor).isFile()) return undefined;
    const bytes = Buffer.alloc(BEGINNING);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, BEGINNING, 0));
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** UTF-8 without NUL bytes; the last character may be cut. An empty file is no text. */
function isText(bytes: Buffer): boolean {
  if (bytes.length === 0 || bytes.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
