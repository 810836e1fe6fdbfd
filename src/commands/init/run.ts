import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, extname, join, relative, resolve } from 'node:path';
import { writeFileAtomically } from '../../files/atomic-file.js';
import { packageFolder } from '../../files/package-folder.js';
import { isFolder, kindOf } from '../../files/regular-file.js';
import { asDiskError } from '../../files/system-errors.js';
import { ExitCode, UserError } from '../../foundation/errors.js';
import { shellWord } from '../../foundation/shell-word.js';
import { standardError, standardOutput } from '../../ui/output.js';
import { oneOf } from '../shared/flags.js';
import type { InitArguments } from './arguments.js';
import { type Asker, createAsker, NoAnswer } from './ask.js';
import { describeCorpus, lookAtCorpus } from './corpus-facts.js';
import { fitCorpus } from './fit-corpus.js';
import { presetNames } from './preset-names.js';
import { presets } from './presets.js';
import { proposeTraining } from './propose-training.js';
import { parseBudget } from './time-budget.js';
import { typedPath } from './typed-path.js';

/** The default limit of the training time. */
const DEFAULT_TIME = '15m';

/** Writes the config for the flags or answers, and reports the next command. */
export async function writeConfig(args: InitArguments): Promise<void> {
  const asks = !args.yes && process.stdin.isTTY === true && standardError.isTTY;
  const asker = asks ? createAsker(process.stdin, standardError.stream) : undefined;
  try {
    const { path, content, notes } = await chooseConfig(args, asker);
    writeFile(args.directory, path, content);
    const command = `textloom train ${shellWord(path)}`;
    const lines = [...notes, `${path} is written`, `look at the plan: ${command} --dry-run`, `then train: ${command}`];
    standardOutput.write(`${lines.join('\n')}\n`);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    standardError.line('\nnothing was written');
    process.exitCode = ExitCode.interrupted;
  } finally {
    asker?.close();
  }
}

/**
 * The config and its path.
 *
 * @param asker asks for what the flags do not say; without one, the proposals are used
 * @throws UserError usage for impossible values, 'data' for a text that cannot be read
 */
export async function chooseConfig(
  args: InitArguments,
  asker: Asker | undefined,
): Promise<{ path: string; content: string; notes: readonly string[] }> {
  const { directory } = args;
  if (directory === '')
    throw new UserError('usage', 'the folder to write the config to is empty; leave it out to use the current folder');
  if (kindOf(directory) !== undefined && !isFolder(directory))
    throw new UserError('usage', `${directory} is a file: give the text with --corpus ${shellWord(directory)}`);
  const wanted = args.preset === undefined ? undefined : oneOf(presetNames, args.preset, '--preset');
  const look = async (path: string) => {
    const facts = await lookAtCorpus(path);
    return { corpus: path, facts, settings: await fitCorpus(path, facts) };
  };
  const found = onlyTextIn(directory);
  const budgetFlag = args.time === undefined ? undefined : parseBudget(args.time);
  const { corpus, facts, settings } =
    args.corpus === undefined && asker
      ? await asker.ask('Text to learn from (a file, a folder, or a pattern such as texts/*.txt)', found, (typed) =>
          look(typedPath(typed)),
        )
      : await look(given(args.corpus ?? found));
  asker?.say(describeCorpus(facts));

  const usable = (name: string) => usableName(name, directory, args.force);
  const proposedName = nameFor(corpus);
  const name =
    args.name === undefined && asker
      ? await asker.ask('Name of the run', proposedName, usable)
      : usable(args.name ?? proposedName);

  const budget =
    budgetFlag ??
    (asker
      ? await asker.ask('How long may training take (90s, 10m, 2h, none)', DEFAULT_TIME, parseBudget)
      : parseBudget(DEFAULT_TIME));

  const path = join(directory, `${name}.yaml`);
  const known = {
    name,
    corpus: fromFolder(directory, corpus),
    facts,
    settings,
    schema: fromFolder(directory, join(packageFolder(), 'configs/textloom.schema.json')),
    command: `textloom train ${shellWord(path)}`,
  };
  if (asker) asker.say('checking the text and measuring a few steps ...');
  const proposal = await proposeTraining(known, path, budget, wanted);
  if (wanted !== undefined || asker === undefined) return { path, ...proposal };
  for (const other of presetNames) asker.say(`  ${other.padEnd(10)}  ${presets[other].purpose}`);
  asker.say(`proposed preset: ${proposal.preset} (${proposal.reason})`);
  const preset = await asker.ask('Preset', proposal.preset, (answer) => oneOf(presetNames, answer, 'preset'));
  if (preset === proposal.preset) return { path, ...proposal };
  return { path, ...(await proposeTraining(known, path, budget, preset)) };
}

function given(corpus: string | undefined): string {
  if (corpus !== undefined && corpus !== '') return corpus;
  throw new UserError(
    'usage',
    '--corpus is missing: the text to learn from (a file, a folder, or a pattern such as texts/*.txt)',
  );
}

/** The only text file in a folder, which is probably meant. */
function onlyTextIn(directory: string): string | undefined {
  if (!isFolder(directory)) return undefined;
  const texts = readdirSync(directory).filter((name) => /\.(txt|txt\.gz|jsonl)$/i.test(name));
  return texts.length === 1 ? join(directory, texts[0]!) : undefined;
}

/** A run's name derived from that of the text. */
function nameFor(corpus: string): string {
  const plain = basename(resolve(corpus)).replace(/\.gz$/i, '');
  const name = basename(plain, extname(plain)).replace(/[^\p{L}\p{N}._-]+/gu, '-');
  return name.replace(/^[._-]+|[-]+$/g, '').slice(0, 100) || 'model';
}

function usableName(name: string, directory: string, force: boolean): string {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,99}$/u.test(name)) {
    const allowed = 'letters, digits, blanks, . _ and -, beginning with a letter or digit, at most 100, are allowed';
    throw new UserError('usage', `--name ${JSON.stringify(name.slice(0, 100))}: ${allowed}`);
  }
  const path = join(directory, `${name}.yaml`);
  if (existsSync(path) && !force) throw new UserError('usage', `${path} exists: give another name, or replace it with --force`);
  return name;
}

/** A path for a file in this folder: relative when it is not far away. */
function fromFolder(directory: string, path: string): string {
  const way = relative(resolve(directory), resolve(path));
  return way.startsWith(join('..', '..', '..')) ? resolve(path) : way || '.';
}

function writeFile(directory: string, path: string, content: string): void {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw asDiskError(error, directory, 'Nothing was written.', 'make the folder');
  }
  writeFileAtomically(path, (append) => append(Buffer.from(content)));
}
