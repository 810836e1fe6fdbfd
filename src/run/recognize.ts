/**
 * Describes a path that is not what a command expects: a sentence that says what it is, and what to do. Only the beginning of a regular
 * file and names in folders are read.
 */
import { readdirSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { isFolder, kindOf, readBeginning } from '../files/regular-file.js';
import { shellWord } from '../foundation/shell-word.js';
import { holdsRun, listCheckpoints, runLayout } from './run-directory.js';

/** The most runs that are listed, and the most entries of a folder that are read. */
const LISTED = 10;
const LOOKED_AT = 1000;
const BEGINNING = 4096;

/** Why a path is not a model, and where the model may be; undefined if it may be one or does not exist. */
export function describeNoModel(path: string): string | undefined {
  if (isFolder(path)) return describeFolder(path, 'model');
  const kind = kindOfFile(path);
  if (kind === undefined) return undefined;
  const run = dirname(path);
  const { config, metrics, tokenizer } = runLayout('');
  if ([config, metrics, tokenizer].includes(basename(path)) && holdsRun(run))
    return `${path} is a file of the run in ${run}: give the folder ${run} or its model.safetensors`;
  if (kind === 'config') {
    const expected = join('runs', basename(path, extname(path)));
    return `${path} is a config, not a model. Train it with textloom train ${shellWord(path)}, then give its run directory (${expected} by default)`;
  }
  if (kind === 'text') return `${path} is a text, not a model. ${trainText(path)}, then give the run directory`;
  if (kind === 'pickle') return pickleAdvice(path);
  return undefined;
}

/** Why a path is not a config, and what may be meant; undefined if it may be one or does not exist. */
export function describeNoConfig(path: string): string | undefined {
  if (isFolder(path)) return holdsRun(path) ? undefined : describeFolder(path, 'config');
  const kind = kindOfFile(path);
  if (kind === 'text') return `${path} is a text, not a config (.yaml, .yml or .json). ${trainText(path)}`;
  if (kind === 'model') {
    const run = runOf(path);
    const remedy = run !== undefined ? `. Its run is continued with textloom train ${shellWord(run)} --resume` : '';
    return `${path} is a model, not a config${remedy}`;
  }
  return undefined;
}

/** Why a path is not the directory of a run that has begun, and what may be meant; undefined if it is. */
export function describeNoRun(path: string): string | undefined {
  if (kindOf(path) === undefined) return `${path} does not exist: a run directory is expected`;
  if (isFolder(path)) {
    if (kindOf(runLayout(path).config) === 'file') return undefined;
    return describeFolder(path, 'run') ?? `${path} has no config.yaml: it is not the directory of a run that has begun`;
  }
  const run = runOf(path);
  const isOwn = Object.values(runLayout('')).includes(basename(path)) || kindOfFile(path) === 'model';
  if (run !== undefined && isOwn) return `${path} is a file of a run: give the run directory, ${run}`;
  if (kindOfFile(path) === 'text') return `${path} is a text, not a run. ${trainText(path)}, then give the run directory`;
  return `${path} is a file: a run directory is expected`;
}

/** The run to which a file belongs, also a checkpoint; undefined if it is in no run. */
function runOf(path: string): string | undefined {
  const parent = dirname(path);
  const run = basename(parent) === 'checkpoints' ? dirname(parent) : parent;
  return holdsRun(run) ? run : undefined;
}

const pickleAdvice = (path: string) =>
  `${path} is what torch.save writes, a pickle: it may run code when it is read, so it is not read here. Write the state dict as ` +
  `safetensors, in Python: safetensors.torch.save_file({name: tensor.clone() for name, tensor in model.state_dict().items()}, ` +
  `"model.safetensors"), then use textloom import`;

const trainText = (path: string) => `Write a config for it with textloom init --corpus ${shellWord(path)} and train that`;

function describeFolder(path: string, expected: 'model' | 'config' | 'run'): string | undefined {
  if (kindOf(runLayout(path).model) !== undefined) return undefined;
  const [newest] = listCheckpoints(runLayout(path).checkpoints);
  if (newest) return `${path} is a run directory without model.safetensors; its newest checkpoint can be used: ${newest.path}`;
  if (holdsRun(path)) return `${path} is a run directory that has no model and no checkpoint yet`;
  const own = runsIn(path);
  const runs = own.length > 0 ? own : runsIn(join(path, 'runs'));
  const wanted = expected === 'run' ? '' : `a ${expected} file or `;
  if (runs.length === 0) return `${path} is a folder without a run: ${wanted}a run directory is expected`;
  const listed = runs.slice(0, LISTED).join(', ');
  const more = runs.length > LISTED ? ` and ${runs.length - LISTED} more` : '';
  const next = expected === 'config' ? '; to continue one, give it with --resume' : '';
  return `${path} is a folder of runs; give one of them: ${listed}${more}${next}`;
}

/** The run directories in a folder, by name. */
function runsIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).sort().slice(0, LOOKED_AT);
    return names.map((name) => join(folder, name)).filter(isRun);
  } catch {
    return [];
  }
}

/** A folder without read permission is skipped. */
function isRun(path: string): boolean {
  try {
    return isFolder(path) && holdsRun(path);
  } catch {
    return false;
  }
}

type FileKind = 'config' | 'text' | 'model' | 'pickle' | 'other';

/** The kind of a file by its name and its first bytes; undefined for a file that cannot be read or is not a regular file. */
function kindOfFile(path: string): FileKind | undefined {
  let bytes: Buffer;
  try {
    bytes = readBeginning(path, BEGINNING);
  } catch {
    return undefined;
  }
  // A safetensors file begins with the length of its header, which has zeros in its upper bytes, and a brace.
  if (bytes.length > 8 && bytes[8] === 0x7b && bytes[7] === 0) return 'model';
  // torch.save writes a zip archive, or in old versions a bare pickle.
  if (bytes.subarray(0, 4).toString('latin1') === 'PK\x03\x04' || bytes[0] === 0x80) return 'pickle';
  if (!isText(bytes)) return 'other';
  if (/\.json$/i.test(path)) return /"(corpus|extends)"/.test(bytes.toString('latin1')) ? 'config' : 'other';
  return /\.ya?ml$/i.test(path) ? 'config' : 'text';
}

/**
 * UTF-8 without NUL bytes, except that the last character may be incomplete. Fewer bytes than the beginning of a model file are not text.
 */
function isText(bytes: Buffer): boolean {
  if (bytes.length < 8 || bytes.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
