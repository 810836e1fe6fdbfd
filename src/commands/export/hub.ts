import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Engine } from '../../engine/engine.js';
import { hubContents, hubNames, writeHub } from '../../export/hub-export.js';
import { isFolder, kindOf } from '../../files/regular-file.js';
import { UserError } from '../../foundation/errors.js';
import { shellWord } from '../../foundation/shell-word.js';
import { isJsonMap } from '../../foundation/strict-json.js';
import { hubCard } from '../../report/hub/card.js';
import { publishedRun } from '../../report/hub/published-run.js';
import type { HubStatements } from '../../report/hub/statements.js';
import { readModelFile } from '../../run/model-file.js';
import { checkedModel, placedModel } from '../../run/opened-model.js';
import { listCheckpoints, runLayout } from '../../run/run-directory.js';
import { readTextFile } from '../../text/corpus.js';
import { formatSize } from '../../ui/format.js';
import type { Row } from './export-report.js';
import type { HubRequest } from './hub-request.js';

/** The most characters of a licence. */
const LONGEST_LICENSE = 1_000_000;

/**
 * Writes a repository for the Hugging Face Hub.
 *
 * @param model path of the model file
 * @param path of the folder, which {@link checkHubPlace} has checked
 * @throws UserError `data` when the text of the licence cannot be read, and as `writeHub`
 */
export async function exportAsHub(
  model: string,
  engine: Engine,
  path: string,
  { name, statements, licenseFile }: HubRequest & { readonly name: string },
) {
  const license = licenseFile === undefined ? undefined : await readTextFile(licenseFile, LONGEST_LICENSE);
  const file = readModelFile(model);
  const read = checkedModel(model, file);
  const contents = hubContents(placedModel(read, engine), file);
  const { config } = contents.file;
  const published = { ...read, ...(isJsonMap(config) && { config }) };
  const run = await publishedRun(name, published, runOf(model));
  const { modules, tokenizer } = contents;
  const card = hubCard(run, published, statements, {
    modules: [...modules.keys()],
    tokenizer: 'json' in tokenizer ? { name: hubNames.tokenizer } : tokenizer,
  });
  const files = writeHub(path, contents, { card, license });
  const rows = files.map(({ what, path: place, bytes }): Row => [what, `${place}, ${formatSize(bytes)}`]);
  const missing = 'missing' in tokenizer ? { [hubNames.tokenizer]: tokenizer.missing } : {};
  for (const [place, why] of Object.entries(missing)) rows.push(['not written', `${place}: ${why}`]);
  const unstated = unstatedIn(statements);
  if (unstated.length > 0) rows.push(['not stated', unstated.join(', ')]);
  rows.push(['publish it', `hf upload OWNER/NAME ${shellWord(path)}`]);
  return { rows, document: { path, files, missing, unstated } };
}

/** The flags without which the model card says that something is not known. */
function unstatedIn({ license, corpusLicense, languages }: HubStatements): string[] {
  return [
    ...(license === 'unknown' ? ['--license'] : []),
    ...(corpusLicense === undefined ? ['--corpus-license'] : []),
    ...(languages.length === 0 ? ['--language'] : []),
  ];
}

/** The directory of the run whose best model a file is. */
function runOf(model: string): string | undefined {
  const directory = dirname(model);
  const layout = runLayout(directory);
  return layout.model === join(model) && kindOf(layout.config) === 'file' ? directory : undefined;
}

/** Checks, before any work is done, that the folder can and may be written. @param model path of its file @throws UserError usage */
export function checkHubPlace(model: string, path: string, overwrite: boolean): void {
  const parent = dirname(path);
  if (!isFolder(parent)) throw new UserError('usage', `--output ${path}: there is no folder ${parent}`);
  const kind = kindOf(path);
  if (kind === undefined) return;
  if (kind !== 'folder') throw new UserError('usage', `--output ${path} is a file: the name of a folder is expected`);
  const { config, checkpoints, model: place } = runLayout(path);
  if (kindOf(config) !== undefined || listCheckpoints(checkpoints).length > 0)
    throw new UserError(
      'usage',
      `--output ${path} is the directory of a run, whose files an export would replace: give another one`,
    );
  if (kindOf(place) !== undefined && realpathSync(place) === realpathSync(model))
    throw new UserError('usage', `${place} is the model itself: give another --output`);
  if (!overwrite)
    throw new UserError(
      'usage',
      `${path} exists: replace the files of a repository in it with --overwrite, or give another --output`,
    );
}
