import { UserError } from '../foundation/errors.js';
import { createSha256 } from '../foundation/sha256.js';
import { entryView, type ParameterTable } from '../model/parameter-table.js';
import type { Team } from '../parallel/team.js';

/**
 * Checks that all processes of a team have the same parameters, which they compute each for itself.
 *
 * @throws UserError `data` naming the tensors that differ, and the processes
 */
export async function compareParameters(team: Team, table: ParameterTable, parameters: Float32Array): Promise<void> {
  const digests = table.entries.map((entry) => {
    const { buffer, byteOffset, byteLength } = entryView(parameters, entry);
    return digestNumber(new Uint8Array(buffer, byteOffset, byteLength));
  });
  const all = await team.gather(digests);
  const differing = table.entries.filter((_, i) => all.some((of) => of[i] !== all[0]![i])).map(({ name }) => name);
  if (differing.length === 0) return;
  const ranks = all.flatMap((of, rank) => (of.some((digest, i) => digest !== all[0]![i]) ? [rank] : []));
  throw new UserError(
    'data',
    `the parameters of process ${ranks.join(', ')} are no longer those of process 0 (${differing.slice(0, 3).join(', ')}): a machine computes ` +
      'wrongly, or not with the same version of textloom. Continue the run from its last checkpoint, without that machine',
  );
}

/** The first 48 bits of a SHA-256, as a number, which processes can exchange. */
export function digestNumber(bytes: Uint8Array): number {
  const hash = createSha256();
  hash.update(bytes);
  return Number.parseInt(hash.digest().slice(0, 12), 16);
}
