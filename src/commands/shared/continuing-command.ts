import { shellWord } from '../../foundation/shell-word.js';

/** The command that continues what this one has begun: the same with `--resume`. */
export function continuingCommand(): string {
  const given = process.argv.slice(2).filter((word) => word !== '--overwrite' && word !== '--resume');
  return `textloom ${given.map(shellWord).join(' ')} --resume`;
}
