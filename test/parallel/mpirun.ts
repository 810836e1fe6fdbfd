/** Starts programs with the implementations of MPI that are installed. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { skipReason } from '../outside-programs.js';

export interface Mpi {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

function find(name: string, commands: readonly string[], says: RegExp, args: readonly string[]): Mpi | undefined {
  const command = commands.find((one) => says.test(spawnSync(one, ['--version'], { encoding: 'utf8' }).stdout ?? ''));
  return command === undefined ? undefined : { name, command, args };
}

const openMpi = find('Open MPI', ['mpirun.openmpi', 'mpirun'], /Open MPI/, ['--oversubscribe', '--allow-run-as-root']);
const mpich = find('MPICH', ['mpiexec.mpich', 'mpiexec.hydra', 'mpiexec'], /HYDRA/i, []);

/** Every implementation, with the end of a title where it is not installed. */
export const implementations: readonly { readonly name: string; readonly mpi: Mpi | undefined; readonly without: string }[] = [
  { name: 'Open MPI', mpi: openMpi, without: skipReason(openMpi, "Open MPI (Debian's package openmpi-bin)") },
  { name: 'MPICH', mpi: mpich, without: skipReason(mpich, "MPICH (Debian's package mpich)") },
];

export interface MpiOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningMpi {
  readonly process: ChildProcess;
  readonly ended: Promise<MpiOutcome>;
}

/** Starts `size` processes of Node with these arguments. */
export function startMpi({ command, args }: Mpi, size: number, program: readonly string[], folder: string): RunningMpi {
  const child = spawn(command, [...args, '-n', String(size), process.execPath, ...program], {
    cwd: folder,
    env: { ...process.env, UCX_MEM_EVENTS: 'n' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (more) => {
      text[name] += more;
    });
  const ended = new Promise<MpiOutcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...text }));
  });
  return { process: child, ended };
}

export const runMpi = (...args: Parameters<typeof startMpi>): Promise<MpiOutcome> => startMpi(...args).ended;

/** The processes of Node whose arguments contain a text, on Linux. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const [program = '', ...args] = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      return program === process.execPath && args.includes(text) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}
