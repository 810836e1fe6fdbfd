import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { nearest } from '../../config/nearest.js';
import { writeFileAtomically } from '../../files/atomic-file.js';
import { nodeFileSystem } from '../../files/file-system.js';
import { asDiskError } from '../../files/system-errors.js';
import { UserError } from '../../foundation/errors.js';
import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import {
  type CorpusParameter,
  type FormalName,
  formalCorpora,
  formalCorpus,
  formalNames,
} from '../../text/generators/formal/parameters.js';
import type { GeneratorChoice } from '../../text/generators/generator-choice.js';
import { createCorpusGenerator } from '../../text/generators/index.js';
import { formatCount } from '../../ui/format.js';
import { standardOutput } from '../../ui/output.js';
import { numberFlag } from '../shared/flags.js';
import type { GenerateArguments } from './arguments.js';
import { flagOf } from './parameter-flags.js';

/** The most characters: the text and the surprisal of each of them are in memory. */
const MAXIMUM_CHARACTERS = 20_000_000;

/**
 * Writes the corpus, and reports the best possible loss on it and the config section that names it.
 *
 * @param parameters the values typed for parameter flags, by parameter name
 */
export async function generateCorpus(args: GenerateArguments, parameters: Readonly<Record<string, unknown>>): Promise<void> {
  const choice = choiceOf(args.name, parameters);
  const characters = numberFlag(args.characters, { flag: '--characters', from: 1, to: MAXIMUM_CHARACTERS, whole: true });
  const seed = numberFlag(args.seed, { flag: '--seed', from: 0, whole: true });
  if (args.output === '') throw new UserError('usage', '--output (empty): the path of a file is expected');
  if (!args.overwrite && existsSync(args.output))
    throw new UserError('usage', `${args.output} exists: choose another --output, or replace it with --overwrite`);

  const generator = createCorpusGenerator(choice);
  const text = generator.generate({ seed, characters });
  const entropy = generator.entropy();
  const { nats } = generator.surprisal(text);
  const bytes = Buffer.from(text);
  makeFolderOf(args.output);
  writeFileAtomically(args.output, (append) => append(bytes));

  const written = {
    output: args.output,
    generator: choice,
    seed,
    characters: text.length,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    entropy: { ...entropy, bitsPerCharacter: entropy.natsPerCharacter / Math.LN2 },
    text: { nats, natsPerCharacter: nats / text.length, bitsPerCharacter: nats / text.length / Math.LN2 },
  };
  await (args.json ? standardOutput.write(`${terminalSafeJson(written)}\n`) : standardOutput.line(describe(written)));
}

function makeFolderOf(file: string): void {
  const folder = dirname(file);
  try {
    nodeFileSystem.makeFolder(folder);
  } catch (error) {
    throw asDiskError(error, folder, 'Nothing was written.', 'make the folder');
  }
}

/** The requested generator with the typed parameters. */
function choiceOf(name: string, parameters: Readonly<Record<string, unknown>>): GeneratorChoice {
  const allowed: readonly string[] = ['fables', ...formalNames];
  if (!allowed.includes(name)) {
    const meant = nearest(name, allowed);
    const guess = meant === undefined ? '' : ` (did you mean ${meant}?)`;
    throw new UserError('usage', `no corpus ${JSON.stringify(name)} can be generated${guess}; there are ${allowed.join(', ')}`);
  }
  const own: Readonly<Record<string, CorpusParameter>> = name === 'fables' ? {} : formalCorpora[name as FormalName].parameters;
  const every = new Set(formalNames.flatMap((other) => Object.keys(formalCorpora[other].parameters)));
  const given: Record<string, number> = {};
  for (const parameter of every) {
    const typed = parameters[parameter];
    if (typeof typed !== 'string') continue;
    const flag = flagOf(parameter);
    const range = own[parameter];
    if (range === undefined) {
      const flags = Object.keys(own).map(flagOf).join(', ');
      throw new UserError('usage', `${flag} has no effect on ${name}, which takes ${flags || 'no parameters'}`);
    }
    given[parameter] = numberFlag(typed, { flag, from: range.from, to: range.to, whole: range.whole });
  }
  return name === 'fables' ? name : formalCorpus(name as FormalName, given);
}

interface Written {
  readonly output: string;
  readonly generator: GeneratorChoice;
  readonly seed: number;
  readonly characters: number;
  readonly lines: number;
  readonly entropy: { readonly natsPerCharacter: number; readonly bitsPerCharacter: number };
  readonly text: { readonly natsPerCharacter: number; readonly bitsPerCharacter: number };
}

function describe({ output, generator, seed, characters, lines, entropy, text }: Written): string {
  const row = (label: string, figures: Written['text']) =>
    label.padEnd(28) + figures.natsPerCharacter.toFixed(4).padStart(10) + figures.bitsPerCharacter.toFixed(4).padStart(10);
  return `${output}: ${formatCount(characters)} characters in ${formatCount(lines)} lines, from seed ${seed}

${' '.repeat(28)}${'nats'.padStart(10)}${'bits'.padStart(10)}
${row('floor per character', entropy)}
${row('this text, per character', text)}

No model can be expected to be below the floor. To report how far above it a model is,
write in its config:

${configLines(output, generator)}`;
}

/** The config section for the text and its generator. */
function configLines(path: string, generator: GeneratorChoice): string {
  const plain = /^[\w./][\w./-]*$/.test(path) && !/^[\d.]+$/.test(path);
  const lines = [`  path: ${plain ? path : JSON.stringify(path)}`];
  if (generator === 'fables') lines.push('  generator: fables', '  boundary: document');
  else lines.push('  generator:', ...Object.entries(generator).map(([key, value]) => `    ${key}: ${value}`));
  return ['corpus:', ...lines].join('\n');
}
