import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { isFolder } from '../../files/regular-file.js';
import { threadRange } from '../../foundation/arguments.js';
import { UserError } from '../../foundation/errors.js';
import { isLoopback } from '../../serve/access.js';
import { type Limits, limitDeclarations } from '../../serve/limits.js';
import type { UnknownPolicy } from '../../text/tokenizers/unknown-characters.js';
import { type EngineChoice, engineChoice } from '../shared/engine-flag.js';
import { numberFlag, oneOf, unknownPolicy } from '../shared/flags.js';
import type { ServeArguments } from './arguments.js';

/** What `serve` is asked for. */
export interface ServeRequest {
  /** In the order of the arguments, with different names. */
  readonly models: readonly { readonly name: string; readonly path: string; readonly engine: EngineChoice }[];
  readonly host: string;
  readonly port: number;
  readonly key: string | undefined;
  /** Whether there is a page for people. */
  readonly hasPage: boolean;
  /** The most rows of a batch. */
  readonly rows: number;
  /** The most threads that compute a batch. */
  readonly threads: number;
  readonly limits: Limits;
  /** Seconds that running requests have when the server stops. */
  readonly stopSeconds: number;
  readonly unknown: UnknownPolicy | undefined;
  readonly log: 'text' | 'json' | 'none';
}

/** The most rows: more take memory and are not faster. */
const MOST_ROWS = 512;

/** Fewer characters could be guessed. */
const SHORTEST_KEY = 16;
/** The most bytes of a file with a key. */
const KEY_FILE = 4096;

/**
 * @param environmentKey the key from the environment
 * @throws UserError usage for values out of range, models of one name, a key that cannot be used, and an open address without a key
 */
export function serveRequest(args: ServeArguments, environmentKey: string | undefined): ServeRequest {
  const host = args.host ?? '127.0.0.1';
  const key = keyOf(args.apiKeyFile, environmentKey);
  if (host === '') throw new UserError('usage', '--host is empty: give an address, such as 127.0.0.1');
  if (key === undefined && !isLoopback(host) && !args.withoutKey)
    throw new UserError(
      'usage',
      `--host ${host}: other machines can reach this address, and there is no key; give --api-key-file, or --without-key to let everyone in`,
    );
  if (args.withoutKey && key !== undefined)
    throw new UserError('usage', '--without-key and a key: give one of them (the key may be that of TEXTLOOM_API_KEY)');
  const limits = limitDeclarations.map(({ name, flag, usual, range }) => {
    return [name, numberFlag(args[flag] ?? String(usual), { flag: `--${flag}`, ...range })] as const;
  });
  return {
    models: namedModels(args),
    host,
    port: numberFlag(args.port ?? '8080', { flag: '--port', from: 0, to: 65_535, whole: true }),
    key,
    hasPage: !args.withoutPage,
    rows: numberFlag(args.rows ?? '32', { flag: '--rows', from: 1, to: MOST_ROWS, whole: true }),
    threads: numberFlag(args.threads ?? '1', { flag: '--threads', ...threadRange }),
    limits: Object.fromEntries(limits) as unknown as Limits,
    stopSeconds: numberFlag(args.stopTimeout ?? '10', { flag: '--stop-timeout', from: 0, to: 86_400 }),
    unknown: unknownPolicy(args.unknown),
    log: oneOf(['text', 'json', 'none'], args.log ?? 'text', '--log'),
  };
}

function namedModels(args: ServeArguments): ServeRequest['models'] {
  const paths = new Map<string, string>();
  for (const path of args.models) {
    const name = nameOf(path);
    const other = paths.get(name);
    if (other !== undefined)
      throw new UserError(
        'usage',
        `${other} and ${path} would both be named ${name}: rename a folder or a file, or leave one out`,
      );
    paths.set(name, path);
  }
  return Array.from(paths, ([name, path]) => ({ name, path, engine: engineChoice(args, path) }));
}

/** The name of a run directory, of the folder of a `model.safetensors`, or of another file without its ending. */
function nameOf(path: string): string {
  const full = resolve(path);
  if (isFolder(full)) return basename(full);
  const name = basename(full, extname(full));
  return name === 'model' ? basename(dirname(full)) : name;
}

/** @throws UserError usage */
function keyOf(file: string | undefined, environmentKey: string | undefined): string | undefined {
  if (file === undefined && environmentKey === undefined) return undefined;
  if (file !== undefined && environmentKey !== undefined)
    throw new UserError('usage', '--api-key-file and the variable TEXTLOOM_API_KEY: give one of them');
  const where = file === undefined ? 'the variable TEXTLOOM_API_KEY' : `--api-key-file ${file}`;
  const key = file === undefined ? environmentKey! : readKey(file).trim();
  if (key.length >= SHORTEST_KEY && /^[\x21-\x7e]+$/.test(key)) return key;
  throw new UserError('usage', `${where}: a key has at least ${SHORTEST_KEY} ASCII characters and no blanks`);
}

function readKey(file: string): string {
  try {
    if (!statSync(file).isFile() || statSync(file).size > KEY_FILE) throw new Error('it is not a small file');
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError('usage', `--api-key-file ${file}: the key cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
