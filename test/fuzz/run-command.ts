import yargs from 'yargs';
import { allCommands } from '../../src/commands/all-commands.js';
import { describeFailure } from '../../src/commands/shared/describe-failure.js';
import { checkArguments } from '../../src/commands/shared/usage.js';
import { standardError } from '../../src/ui/output.js';
import { codesOf } from '../../src/ui/terminal-text.js';

export interface CommandOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of `textloom` within this process, as `cli.ts` does, and returns what it wrote. One at a time. */
export async function runCommand(args: readonly string[]): Promise<CommandOutcome> {
  const output = { stdout: '', stderr: '' };
  const restore = (['stdout', 'stderr'] as const).map((name) =>
    capture(name, (text) => {
      output[name] += text;
    }),
  );
  let code = 0;
  try {
    await yargs()
      .command([...allCommands])
      .strict()
      .parserConfiguration({ 'boolean-negation': false, 'dot-notation': false, 'parse-positional-numbers': false })
      .middleware((flags) => checkArguments(flags, args))
      .exitProcess(false)
      .fail((message, error) => {
        throw error ?? new Error(message);
      })
      .parseAsync([...args]);
    code = Number(process.exitCode ?? 0);
  } catch (error) {
    const { text, exitCode } = describeFailure(error);
    await standardError.line(text);
    code = exitCode;
  } finally {
    for (const one of restore) one();
    process.exitCode = undefined;
  }
  return { code, ...output };
}

/** What a command says that ends with this error. */
export function failureOutcome(error: unknown): CommandOutcome {
  const { text, exitCode } = describeFailure(error);
  return { code: exitCode, stdout: '', stderr: `${codesOf(text)}\n` };
}

/** Takes what is written to a standard stream. @returns what gives the stream back */
function capture(name: 'stdout' | 'stderr', onText: (text: string) => void): () => void {
  const stream = process[name];
  const { write } = stream;
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    onText(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    const done = rest.find((argument) => typeof argument === 'function') as ((error?: Error) => void) | undefined;
    if (done) process.nextTick(done);
    return true;
  }) as typeof write;
  return () => {
    stream.write = write;
  };
}
