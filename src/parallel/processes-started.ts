/** How many processes mpirun, or Slurm, started with this one; 1 if none of them did. */
export function processesStarted(environment: NodeJS.ProcessEnv): number {
  const { OMPI_COMM_WORLD_SIZE, PMI_SIZE, PMIX_RANK, SLURM_NTASKS } = environment;
  return Number(OMPI_COMM_WORLD_SIZE ?? PMI_SIZE ?? (PMIX_RANK === undefined ? 1 : SLURM_NTASKS)) || 1;
}
