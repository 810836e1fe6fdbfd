import type { CommandModule } from 'yargs';
import { completionCommand } from './completion/command.js';
import { corpusCommand } from './corpus/command.js';
import { diagnoseCommand } from './diagnose/command.js';
import { evaluatePerplexityCommand } from './evaluate/command.js';
import { exportCommand } from './export/command.js';
import { fillCommand } from './fill/command.js';
import { importCommand } from './import/command.js';
import { initCommand } from './init/command.js';
import { inspectCommand } from './inspect/command.js';
import { neighboursCommand } from './neighbours/command.js';
import { reportCommand } from './report/command.js';
import { runsCommand } from './runs/command.js';
import { sampleCommand } from './sample/command.js';
import { serveCommand } from './serve/command.js';
import { trainCommand } from './train/command.js';
import { tuneCommand } from './tune/command.js';

const commands = [
  trainCommand,
  tuneCommand,
  sampleCommand,
  fillCommand,
  serveCommand,
  evaluatePerplexityCommand,
  exportCommand,
  importCommand,
  inspectCommand,
  diagnoseCommand,
  neighboursCommand,
  runsCommand,
  reportCommand,
  initCommand,
  corpusCommand,
] as const;

/**
 * Every command, in the order of the help. Command files are small: the code that does the work is imported when a command is called, so
 * that no command loads another's code.
 */
export const allCommands = [...commands, completionCommand(commands)] as readonly unknown[] as readonly CommandModule[];
