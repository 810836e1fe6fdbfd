import { describe, it } from 'vitest';
import { offLinux } from '../outside-programs.js';
import { expectKilledTeamsToLeaveNoTrace } from '../parallel/killed-team.js';
import { implementations } from '../parallel/mpirun.js';

describe.each(implementations.map((one) => [`${one.name}${one.without}`, one] as const))('%s', (_, { mpi, without }) => {
  it.skipIf(without !== '' || offLinux !== '')(`leaves no trace of 20 processes that were killed${offLinux}`, async () => {
    await expectKilledTeamsToLeaveNoTrace(mpi!, 20);
  });
});
