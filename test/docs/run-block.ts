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

/** The address of a server in the guide. A test takes a free port instead. */
const SERVER = 'http://localhost:8080';
const FREE_PORT = ['--port', '0'];

/** Runs a block as a shell would, up to its first failure. */
export async function runBlock(block: Block, folder: string): Promise<Outcome> {
  const server = /^beside "textloom (.*)"$/.exec(block.note)?.[1];
  if (server !== undefined) return runBeside(server.split(' '), block, folder);
  const awaited = /^interrupted after "(.*)"$/.exec(block.note)?.[1];
  if (awaited === undefined) return shell(`${preamble}\n${block.text}`, folder);
  const words = commandsOfBlock(block)[0]!.slice(1);
  const command = startTextloom(words[0] === 'serve' ? [...words, ...FREE_PORT] : words, folder);
  await command.says(awaited);
  command.process.kill('SIGINT');
  return command.ended;
}

/** Runs a block while a server runs, as in another terminal. */
async function runBeside(args: readonly string[], block: Block, folder: string): Promise<Outcome> {
  const server = startTextloom([...args, ...FREE_PORT], folder);
  let said = '';
  server.process.stderr!.on('data', (text) => {
    said += text;
  });
  try {
    await server.says('Ctrl-C stops');
    const url = /http:\/\/\S+\d/.exec(said)![0];
    return await shell(`${preamble}\n${block.text.replaceAll(SERVER, url)}`, folder);
  } finally {
    server.process.kill('SIGTERM');
    await server.ended;
  }
}
