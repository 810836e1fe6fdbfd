import type { CommandModule } from 'yargs';
import { completionCommand } from './completion.js';
import { corpusCommand } from './corpus.js';
import { evaluatePerplexityCommand } from './evaluate-perplexity.js';
import { exportCommand } from './export.js';
import { importCommand } from './import.js';
import { initCommand } from './init.js';
import { inspectCommand } from './inspect.js';
import { sampleCommand } from './sample.js';
import { trainCommand } from './train.js';

const commands = [
  trainCommand,
  sampleCommand,
  evaluatePerplexityCommand,
  exportCommand,
  importCommand,
  inspectCommand,
  initCommand,
  corpusCommand,
] as const;

/**
 * Every command, in the order of the help. Their files are light: what does the work is imported when it is called for, so that no
 * command waits for another's.
 */
export const allCommands = [...commands, completionCommand(commands)] as readonly unknown[] as readonly CommandModule[];
