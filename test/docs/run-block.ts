/** Runs the shell blocks of the documentation. */
import { dirname } from 'node:path';
import { type Outcome, shell, startTextloom } from '../commands/textloom.js';
import { pythonWithTorch } from '../outside-programs.js';
import { type Block, commandsOf } from './commands.js';

/** The commands of a block, each as its words. */
export const commandsOfBlock = (block: Block) => commandsOf({ path: '', text: `\`\`\`sh\n${block.text}\`\`\`\n` });

/** The Node of this test, and a Python with torch where there is one. */
const preamble = [
  'set -eo pipefail',
  `node() { '${process.execPath}' "$@"; }`,
  ...(pythonWithTorch?.includes('/') ? [`PATH='${dirname(pythonWithTorch)}':"$PATH"`] : []),
].join('\n');

/** Runs a block as a shell would, up to its first failure. */
export async function runBlock(block: Block, folder: string): Promise<Outcome> {
  const awaited = /^interrupted after "(.*)"$/.exec(block.note)?.[1];
  if (awaited === undefined) return shell(`${preamble}\n${block.text}`, folder);
  const command = startTextloom(commandsOfBlock(block)[0]!.slice(1), folder);
  await command.says(awaited);
  command.process.kill('SIGINT');
  return command.ended;
}
