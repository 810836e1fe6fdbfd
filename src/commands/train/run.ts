import { dirname } from 'node:path';
import { ExitCode, UserError } from '../../foundation/errors.js';
import { shellWord } from '../../foundation/shell-word.js';
import { processesStarted } from '../../parallel/processes-started.js';
import type { EndEvent } from '../../train/events.js';
import { standardError } from '../../ui/output.js';
import { resultLines, summaryLines } from '../../ui/summary.js';
import { continuingCommand } from '../shared/continuing-command.js';
import { describeFailure } from '../shared/describe-failure.js';
import type { TrainArguments } from './arguments.js';
import { showTraining, type TrainingMode } from './show-training.js';
import { onlyRun, trainingPlan } from './training-plan.js';
import { isQueue, trainingQueue } from './training-queue.js';

/** Trains the model, or the models, that the arguments ask for. */
export async function trainModels(args: TrainArguments): Promise<void> {
  if (args.json && args.quiet) throw new UserError('usage', '--json and --quiet: give one of them');
  const mode = args.json ? 'json' : args.quiet ? 'quiet' : 'progress';
  if (processesStarted(process.env) > 1) {
    const { trainTogether } = await import('./train-together.js');
    return trainTogether(onlyRun(args, 'mpirun'), mode);
  }
  if (isQueue(args)) return trainQueue(args, mode);
  const plan = trainingPlan(onlyRun(args, 'train'));
  await showTraining(plan, mode, (end) => summaryLines(end, plan.directory));
}

/** Trains the runs of a queue one after another. A run that diverges or cannot be trained does not keep the others from their turn. */
async function trainQueue(args: TrainArguments, mode: TrainingMode): Promise<void> {
  const runs = trainingQueue(args);
  const say = (line: string) => (mode === 'quiet' ? Promise.resolve(true) : standardError.line(line));
  const failed = ({ exitCode }: { exitCode: number }) => {
    process.exitCode ??= exitCode;
  };
  for (const [i, { plan, ended }] of runs.entries()) {
    await say(`run ${i + 1} of ${runs.length}: ${plan.directory}${ended === undefined ? '' : `: ${endings[ended]} already`}`);
    if (ended === 'diverged') failed({ exitCode: ExitCode.diverged });
    if (ended !== undefined) continue;
    try {
      const lines = (end: EndEvent) => [
        ...resultLines(end),
        ...(end.reason === 'interrupted' ? [`continue with: ${continuingCommand()}`] : []),
      ];
      const { reason } = await showTraining(plan, mode, lines);
      if (reason === 'interrupted') return;
    } catch (error) {
      // On a full disk, the other runs would fail as well.
      if (!(error instanceof UserError) || error.kind === 'disk') throw error;
      await standardError.line(describeFailure(error).text);
      failed(error);
    }
  }
  await say(`compare the runs with: textloom runs ${shellWord(commonFolder(runs.map(({ plan }) => plan.directory)))}`);
}

const endings = { completed: 'completed', 'early-stopping': 'stopped early', diverged: 'diverged' } as const;

/** The innermost folder that contains all of these. */
function commonFolder(folders: readonly string[]): string {
  const ancestors = (folder: string): string[] =>
    dirname(folder) === folder ? [] : [dirname(folder), ...ancestors(dirname(folder))];
  const isAbove = (folder: string) => folders.every((other) => ancestors(other).includes(folder));
  return ancestors(folders[0]!).find(isAbove) ?? '.';
}
