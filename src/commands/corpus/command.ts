import type { Argv, CommandModule } from 'yargs';
import { auditCommand } from './audit.js';
import { cacheCommand } from './cache.js';
import { fetchCommand } from './fetch.js';
import { generateCommand } from './generate.js';

/** The subcommands of `textloom corpus`. */
export const corpusSubcommands = ['generate', 'audit', 'fetch', 'cache'] as const;

export const corpusCommand: CommandModule = {
  command: 'corpus',
  describe: 'Make, check or download a text for training',
  builder: (yargs): Argv =>
    yargs
      .usage('Make, check or download a text for training.\n\n$0 corpus <command>')
      .command(generateCommand)
      .command(auditCommand)
      .command(fetchCommand)
      .command(cacheCommand)
      .demandCommand(1, `corpus needs a command: ${corpusSubcommands.join(', ')}`),
  handler: () => undefined,
};
