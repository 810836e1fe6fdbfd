import { spawnSync } from 'node:child_process';

/** The first Python that has torch, if any has: PyTorch is no part of the project. */
export const pythonWithTorch = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', 'import torch']).status === 0,
);

/** For a test's name: why it is skipped. */
export const withoutTorch = pythonWithTorch ? '' : ' (skipped: no Python with torch)';
