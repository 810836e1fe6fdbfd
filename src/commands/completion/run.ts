import { basename } from 'node:path';
import { standardOutput } from '../../ui/output.js';
import { oneOf } from '../shared/flags.js';
import { bashScript } from './bash-script.js';
import { completionsOf } from './completions.js';
import type { AnyCommand } from './declarations.js';
import { fishScript } from './fish-script.js';
import { shells } from './shells.js';
import { zshScript } from './zsh-script.js';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

/**
 * Prints the script.
 *
 * @param shell the requested shell; default: the user's shell, or bash
 * @throws UserError usage for a shell without a script
 */
export async function printCompletion(shell: string | undefined, commands: readonly AnyCommand[]): Promise<void> {
  const ofUser = basename(process.env.SHELL ?? '');
  const chosen = shell === undefined ? (shells.find((name) => name === ofUser) ?? 'bash') : oneOf(shells, shell, 'the shell');
  await standardOutput.write(scripts[chosen](await completionsOf(commands)));
}
