import { fileURLToPath } from 'node:url';
import { installCommand } from '../files/install-command.js';
import { UserError } from '../foundation/errors.js';

/** A constant or an object of MPI: an address in Open MPI, a number in MPICH. */
type Handle = unknown;

/** Functions of MPI by their names without `MPI_`. Each returns 0 for success. */
type MpiFunctions = Readonly<Record<FunctionName, (...values: readonly unknown[]) => number>>;
type FunctionName = keyof typeof signatures;

/** The library of MPI that started this process, loaded and initialized. */
export interface MpiLibrary {
  /** Name and version, for people. */
  readonly name: string;
  readonly functions: MpiFunctions;
  readonly world: Handle;
  readonly float: Handle;
  readonly double: Handle;
  readonly int: Handle;
  readonly byte: Handle;
}

/** Types of the arguments; H is a handle. An array, and what MPI writes, is an address. */
const signatures = {
  Init_thread: ['A', 'A', 'int', 'A'],
  Finalize: [],
  Abort: ['H', 'int'],
  Comm_rank: ['H', 'A'],
  Comm_size: ['H', 'A'],
  Get_library_version: ['A', 'A'],
  Ialltoallv: ['A', 'A', 'A', 'H', 'A', 'A', 'A', 'H', 'H', 'A'],
  Iallgatherv: ['A', 'int', 'H', 'A', 'A', 'A', 'H', 'H', 'A'],
  Iallgather: ['A', 'int', 'H', 'A', 'int', 'H', 'H', 'A'],
  Ibcast: ['A', 'int', 'H', 'int', 'H', 'A'],
  Isend: ['A', 'int', 'H', 'int', 'int', 'H', 'A'],
  Irecv: ['A', 'int', 'H', 'int', 'int', 'H', 'A'],
  Iprobe: ['int', 'int', 'H', 'A', 'A'],
  Test: ['A', 'A', 'A'],
} as const;

/** File names of the libraries: Open MPI 4 and 5, MPICH as Debian calls it, and as others do. */
const openMpi = ['libmpi.so.40', 'libmpi.40.dylib'];
const mpich = ['libmpich.so.12', 'libmpi.so.12', 'libmpi.12.dylib'];

/** The thread level at which only the thread that initialized MPI calls it. */
const FUNNELED = 1;

/**
 * Loads MPI and joins the other processes. After this nothing may be forked.
 *
 * @throws UserError `usage` where koffi or MPI is not installed
 */
export async function loadMpi(environment: NodeJS.ProcessEnv): Promise<MpiLibrary> {
  const { default: koffi } = await import('koffi').catch((cause: unknown) => {
    const command = installCommand('koffi', fileURLToPath(import.meta.url));
    throw new UserError('usage', `training with mpirun needs the package koffi, which calls MPI: ${command}`, { cause });
  });
  // MPICH's UCX watches memory in a way that V8 does not survive.
  environment.UCX_MEM_EVENTS ??= 'n';
  const names = environment.OMPI_COMM_WORLD_SIZE === undefined ? [...mpich, ...openMpi] : openMpi;
  const library = names.map((name) => loaded(koffi, name)).find((found) => found !== undefined);
  if (library === undefined)
    throw new UserError(
      'usage',
      `mpirun started this process, and no library of MPI was found (${names.join(', ')}): install Open MPI (Debian: openmpi-bin) or MPICH ` +
        '(Debian: mpich), the one to which this mpirun belongs',
    );
  const isOpenMpi = has(library, 'ompi_mpi_comm_world');
  const address = (name: string) => library.symbol(name, 'char');
  const typeOf = { A: 'void *', H: isOpenMpi ? 'void *' : 'int', int: 'int' };
  const functions = Object.fromEntries(
    Object.entries(signatures).map(([name, types]) => [
      name,
      library.func(
        `MPI_${name}`,
        'int',
        types.map((type) => typeOf[type]),
      ),
    ]),
  ) as unknown as MpiFunctions;
  const constants = isOpenMpi
    ? {
        world: address('ompi_mpi_comm_world'),
        float: address('ompi_mpi_float'),
        double: address('ompi_mpi_double'),
        int: address('ompi_mpi_int'),
        byte: address('ompi_mpi_byte'),
      }
    : { world: 0x44000000, float: 0x4c00040a, double: 0x4c00080b, int: 0x4c000405, byte: 0x4c00010d };
  functions.Init_thread(null, null, FUNNELED, fixed(Int32Array, 1));
  return { name: versionOf(functions), functions, ...constants };
}

type Koffi = typeof import('koffi')['default'];
type Loaded = ReturnType<Koffi['load']>;

/** With its symbols visible to all: the components of Open MPI are libraries that use them. */
function loaded(koffi: Koffi, name: string): Loaded | undefined {
  try {
    return koffi.load(name, { global: true });
  } catch {
    return undefined;
  }
}

function has(library: Loaded, symbol: string): boolean {
  try {
    return library.symbol(symbol, 'char') !== undefined;
  } catch {
    return false;
  }
}

/** `Open MPI v4.1.4, package: ...` or `MPICH Version:\t4.0.2`, without what follows the version. */
function versionOf({ Get_library_version }: MpiFunctions): string {
  const [text, length] = [fixed(Uint8Array, 8192), fixed(Int32Array, 1)];
  Get_library_version(text, length);
  const line = Buffer.from(text.slice(0, length[0])).toString('latin1').split(/[\n,]/, 1)[0]!;
  return line.replace(/ Version:\s*/, ' ').trim();
}

/** An array in memory that the garbage collector does not move: MPI may write it after a call has returned. */
export function fixed<T>(type: { new (buffer: SharedArrayBuffer): T; readonly BYTES_PER_ELEMENT: number }, length: number): T {
  return new type(new SharedArrayBuffer(Math.max(1, length) * type.BYTES_PER_ELEMENT));
}
