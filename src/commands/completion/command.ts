import type { CommandModule } from 'yargs';
import type { AnyCommand } from './declarations.js';
import { shells } from './shells.js';

interface CompletionArguments {
  readonly shell: string | undefined;
}

/** @param others all other commands, which are completed too */
export function completionCommand(others: readonly AnyCommand[]): CommandModule<object, CompletionArguments> {
  const command: CommandModule<object, CompletionArguments> = {
    command: 'completion [shell]',
    describe: 'Print a script that completes commands, flags and keys in a shell',
    builder: (yargs) =>
      yargs
        .positional('shell', { type: 'string', describe: `${shells.join(', ')}. Default: the one that SHELL names` })
        .example('eval "$($0 completion bash)"', 'in ~/.bashrc')
        .example('eval "$($0 completion zsh)"', 'in ~/.zshrc, after compinit')
        .example('$0 completion fish | source', 'in ~/.config/fish/config.fish'),
    handler: async ({ shell }) => {
      const { printCompletion } = await import('./run.js');
      await printCompletion(shell, [...others, command]);
    },
  };
  return command;
}
