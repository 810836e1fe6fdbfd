import { join } from 'node:path';
import { asDiskError } from '../../checkpoint/disk-error.js';
import { nodeFileSystem } from '../../checkpoint/file-system.js';
import { nearest } from '../../config/nearest.js';
import { UserError } from '../../errors.js';
import { terminalSafe, terminalSafeJson } from '../../sample/terminal-safe.js';
import { type CorpusFile, type PublicCorpus, publicCorpora } from '../../text/fetch/catalogue.js';
import { type FetchOutcome, fetchFile } from '../../text/fetch/fetch-file.js';
import { checkAddress } from '../../text/fetch/request.js';
import { createTextOutput } from '../text-output.js';
import type { FetchArguments } from './fetch.js';

/** Where the ready configs look for public corpora. */
const FOLDER = 'data';

/** Shows the corpora that are known, or downloads one. */
export async function fetchCorpus({ name, list, output, mirror, json }: FetchArguments): Promise<void> {
  if (list) {
    refuseBeside('--list', { NAME: name, '--output': output, '--mirror': mirror });
    return write(json ? terminalSafeJson(publicCorpora) : catalogueText());
  }
  if (name === undefined) throw new UserError('usage', 'give the name of a corpus, or --list to see which there are');
  if (output === '') throw new UserError('usage', '--output (empty): the path of a folder is expected');
  const corpus = findCorpus(name);
  // A base without a slash at its end would lose its last part.
  const base = mirror === undefined ? undefined : checkAddress(mirror.endsWith('/') ? mirror : `${mirror}/`, '--mirror');
  const folder = output ?? FOLDER;
  makeFolder(folder);

  const files: { file: string; outcome: FetchOutcome; bytes: number; sha256: string }[] = [];
  for (const file of corpus.files) {
    const target = join(folder, file.name);
    const outcome = await fetchOne(file, base, target);
    files.push({ file: target, outcome, bytes: file.bytes, sha256: file.sha256 });
    if (!json) await write(`${terminalSafe(target)}: ${file.bytes} bytes, ${meanings[outcome]}, SHA-256 as expected`);
  }
  if (json) await write(terminalSafeJson({ name: corpus.name, licence: corpus.licence, files }));
  else await write(`licence: ${corpus.licence}`);
}

const meanings: Readonly<Record<FetchOutcome, string>> = {
  downloaded: 'downloaded',
  resumed: 'download resumed',
  present: 'already there',
};

async function fetchOne(file: CorpusFile, base: URL | undefined, target: string): Promise<FetchOutcome> {
  const address = base === undefined ? new URL(file.address) : new URL(file.name, base);
  const progress = progressOn(process.stderr, file);
  try {
    return await fetchFile({ file, address, target, onProgress: progress.show });
  } finally {
    progress.clear();
  }
}

function findCorpus(name: string): PublicCorpus {
  const found = publicCorpora.find((corpus) => corpus.name === name);
  if (found) return found;
  const names = publicCorpora.map((corpus) => corpus.name);
  const meant = nearest(name, names);
  const guess = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  const shown = terminalSafe(JSON.stringify(name));
  throw new UserError('usage', `no corpus ${shown} is known${guess}; there are ${names.join(', ')} (see --list)`);
}

function refuseBeside(flag: string, others: Readonly<Record<string, string | undefined>>): void {
  const other = Object.keys(others).find((name) => others[name] !== undefined);
  if (other !== undefined) throw new UserError('usage', `${flag} and ${other}: give one of them; ${flag} downloads nothing`);
}

function makeFolder(folder: string): void {
  try {
    nodeFileSystem.makeFolder(folder);
  } catch (error) {
    throw asDiskError(error, folder, 'Nothing was downloaded.', 'make the folder');
  }
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

function catalogueText(): string {
  return publicCorpora
    .map(({ name, describe, licence, files }) => {
      const lines = files.map(({ name: file, bytes, sha256, address }) => {
        return `    ${file}, ${megabytes(bytes)}\n      sha256 ${sha256}\n      ${address}`;
      });
      return `${name}\n  ${describe}\n  licence: ${licence}\n${lines.join('\n')}`;
    })
    .join('\n\n');
}

async function write(text: string): Promise<void> {
  const output = createTextOutput(process.stdout, () => performance.now());
  await output.write(`${text}\n`);
  await output.flush();
}

/** Milliseconds between two words about progress. */
const INTERVAL = 100;

/** A line that counts up, on a terminal only and gone when done; no escape codes, so that any terminal will do. */
function progressOn(stream: NodeJS.WriteStream, file: CorpusFile): { show(bytes: number): void; clear(): void } {
  let due = Number.NEGATIVE_INFINITY;
  let shown = 0;
  const put = (line: string) => {
    stream.write(`\r${line.padEnd(shown)}${line === '' ? '\r' : ''}`);
    shown = line.length;
  };
  return {
    show(bytes) {
      if (!stream.isTTY || performance.now() < due) return;
      due = performance.now() + INTERVAL;
      put(`${file.name}: ${Math.floor((100 * bytes) / file.bytes)}% of ${megabytes(file.bytes)}`);
    },
    clear: () => void (shown > 0 && put('')),
  };
}
