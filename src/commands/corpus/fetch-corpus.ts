import { join } from 'node:path';
import { nearest } from '../../config/nearest.js';
import { nodeFileSystem } from '../../files/file-system.js';
import { asDiskError } from '../../files/system-errors.js';
import { UserError } from '../../foundation/errors.js';
import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import { type CorpusFile, type PublicCorpus, publicCorpora } from '../../text/fetch/catalogue.js';
import { type FetchOutcome, fetchFile } from '../../text/fetch/fetch-file.js';
import { checkAddress } from '../../text/fetch/request.js';
import { createCountingLine } from '../../ui/counting-line.js';
import { standardError, standardOutput } from '../../ui/output.js';
import type { FetchArguments } from './arguments.js';

/** The folder in which the provided configs expect public corpora. */
const FOLDER = 'data';

/** Lists the known corpora, or downloads one. */
export async function fetchCorpus({ name, list, output, mirror, json }: FetchArguments): Promise<void> {
  if (list) {
    refuseBeside('--list', { NAME: name, '--output': output, '--mirror': mirror });
    await (json ? standardOutput.write(`${terminalSafeJson(publicCorpora)}\n`) : standardOutput.line(catalogueText()));
    return;
  }
  if (name === undefined) throw new UserError('usage', 'give the name of a corpus, or --list to see which there are');
  if (output === '') throw new UserError('usage', '--output (empty): the path of a folder is expected');
  const corpus = findCorpus(name);
  // Without a final slash, the last part of a base address would be replaced.
  const base = mirror === undefined ? undefined : checkAddress(mirror.endsWith('/') ? mirror : `${mirror}/`, '--mirror');
  const folder = output ?? FOLDER;
  makeFolder(folder);

  const files: { file: string; outcome: FetchOutcome; bytes: number; sha256: string }[] = [];
  for (const file of corpus.files) {
    const target = join(folder, file.name);
    const outcome = await fetchOne(file, base, target);
    files.push({ file: target, outcome, bytes: file.bytes, sha256: file.sha256 });
    if (!json) await standardOutput.line(`${target}: ${file.bytes} bytes, ${meanings[outcome]}, SHA-256 as expected`);
  }
  await (json
    ? standardOutput.write(`${terminalSafeJson({ name: corpus.name, licence: corpus.licence, files })}\n`)
    : standardOutput.line(`licence: ${corpus.licence}`));
}

const meanings: Readonly<Record<FetchOutcome, string>> = {
  downloaded: 'downloaded',
  resumed: 'download resumed',
  present: 'already present',
};

/** Milliseconds between two progress updates. */
const INTERVAL = 100;

async function fetchOne(file: CorpusFile, base: URL | undefined, target: string): Promise<FetchOutcome> {
  const address = base === undefined ? new URL(file.address) : new URL(file.name, base);
  const line = createCountingLine(standardError);
  let due = Number.NEGATIVE_INFINITY;
  const onProgress = (bytes: number) => {
    if (performance.now() < due) return;
    due = performance.now() + INTERVAL;
    line.show(`${file.name}: ${Math.floor((100 * bytes) / file.bytes)}% of ${megabytes(file.bytes)}`);
  };
  try {
    return await fetchFile({ file, address, target, onProgress });
  } finally {
    line.clear();
  }
}

function findCorpus(name: string): PublicCorpus {
  const found = publicCorpora.find((corpus) => corpus.name === name);
  if (found) return found;
  const names = publicCorpora.map((corpus) => corpus.name);
  const meant = nearest(name, names);
  const guess = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  const shown = JSON.stringify(name);
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
