/** Runs the real command, as built: nothing of it is replaced. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const executable = join(import.meta.dirname, '../../bin/textloom.js');

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunningCommand {
  process: ChildProcess;
  /** Resolves when the command has written this to standard error or output; rejects when it ends without. */
  says(text: string): Promise<void>;
  ended: Promise<Outcome>;
}

/** Starts `textloom` with these arguments. No terminal, and an environment without wishes about colour. */
export function startTextloom(args: readonly string[], folder: string): RunningCommand {
  return start(process.execPath, [executable, ...args], folder);
}

/** Runs `textloom`; at most two at once in a test file. */
export function textloom(args: readonly string[], folder: string): Promise<Outcome> {
  return inTurn(() => startTextloom(args, folder).ended);
}

/** Runs a script of bash in which `textloom` is the command. */
export function shell(script: string, folder: string): Promise<Outcome> {
  const definition = `textloom() { '${process.execPath}' '${executable}' "$@"; }`;
  return inTurn(() => start('bash', ['-c', `${definition}\n${script}`], folder).ended);
}

/** From these, Node.js and its libraries conclude which colours a terminal has, and whether lines can be redrawn. */
const ABOUT_TERMINALS = [
  'NO_COLOR',
  'FORCE_COLOR',
  'NODE_DISABLE_COLORS',
  'CI',
  'TF_BUILD',
  'TEAMCITY_VERSION',
  'TMUX',
  'COLORTERM',
  'TERM_PROGRAM',
];

function start(command: string, args: readonly string[], folder: string): RunningCommand {
  const env = { ...process.env };
  for (const name of ABOUT_TERMINALS) delete env[name];
  const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  let look = () => {};
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
    look();
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
    look();
  });
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const says = (text: string) =>
    new Promise<void>((resolve, reject) => {
      look = () => {
        if (`${stderr}${stdout}`.includes(text)) resolve();
      };
      look();
      ended.then(() => reject(new Error(`ended without ${JSON.stringify(text)}: ${stderr}`)), reject);
    });
  return { process: child, says, ended };
}

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(task: () => Promise<T>): Promise<T> {
  if (running === 2) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  try {
    return await task();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}
