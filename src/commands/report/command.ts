import type { CommandModule } from 'yargs';
import { UserError } from '../../foundation/errors.js';
import { oneOf, pathFlag, pathsArgument, textFlag } from '../shared/flags.js';
import { reportFiles, reportForms } from './forms.js';

interface ReportArguments {
  readonly runs: readonly string[];
  readonly to: string | undefined;
  readonly format: string | undefined;
  readonly output: string | undefined;
  readonly 'no-diagnosis': boolean;
  readonly 'logs-only': boolean;
  readonly overwrite: boolean;
  readonly json: boolean;
}

const off = { boolean: true, default: false } as const;

export const reportCommand: CommandModule<object, ReportArguments> = {
  command: 'report <runs..>',
  describe: 'Write what is known of runs as one HTML page, or for TensorBoard',
  builder: (yargs) =>
    yargs
      .positional('runs', { ...pathsArgument, demandOption: true, describe: 'Run directories, or folders of searches' })
      .option('format', { ...textFlag, describe: `Form of the report: ${reportFiles.join(', ')}. Default: html` })
      .option('to', { ...textFlag, describe: `Write for another program instead: ${reportForms.join(', ')}` })
      .option('output', {
        ...pathFlag,
        alias: 'o',
        describe:
          'File of the report. Default: report.html here. With --to: the folder in which each run gets a folder with its name; default: the folder tensorboard in each run directory',
      })
      .option('no-diagnosis', {
        ...off,
        describe: 'Do not examine the runs as diagnose does, which takes from seconds to minutes and needs their corpus',
      })
      .option('logs-only', {
        ...off,
        describe: 'Only what logs and models contain: no diagnosis, and no held-out text is read, which takes a few seconds',
      })
      .option('overwrite', { ...off, describe: 'Replace files that are already there' })
      .option('json', { ...off, describe: 'Print one JSON document' })
      .example('$0 report runs/novel -o novel.html', 'model card and curves of a run; open the file in a browser')
      .example('$0 report runs/*', 'compare runs')
      .example('$0 report runs/novel-tune', 'what a search has found, and its best run')
      .example('$0 report runs/novel --to tensorboard', 'then: tensorboard --logdir runs')
      .epilogue(
        'The page needs no other file and no network. For TensorBoard, scalars are those of metrics.jsonl, texts those of samples.jsonl, histograms those of the checkpoints and the model that the run ' +
          'still has. metrics.jsonl contains no times: steps are spread evenly between the times of config.yaml and metrics.jsonl. ' +
          'With training.tensorboard: true, training itself writes event files, with the real times.',
      ),
  handler: async ({ runs, output, overwrite, json, ...args }) => {
    if (args.to !== undefined && args.format !== undefined) throw new UserError('usage', '--to and --format: give one of them');
    const logsOnly = args['logs-only'];
    const noDiagnosis = args['no-diagnosis'];
    if (args.to !== undefined && logsOnly) throw new UserError('usage', '--logs-only has no effect with --to');
    if (args.to !== undefined && noDiagnosis) throw new UserError('usage', '--no-diagnosis has no effect with --to');
    if (args.to === undefined) {
      const format = oneOf(reportFiles, args.format ?? reportFiles[0], '--format');
      if (output === '') throw new UserError('usage', '--output (empty): the path of a file is expected');
      const { writeReportFile } = await import('./write-report-file.js');
      const [measure, diagnose] = [!logsOnly, !logsOnly && !noDiagnosis];
      await writeReportFile({ runs, format, output: output ?? `report.${format}`, measure, diagnose, overwrite, json });
      return;
    }
    oneOf(reportForms, args.to, '--to');
    if (output === '') throw new UserError('usage', '--output (empty): the path of a folder is expected');
    const { writeReports } = await import('./run.js');
    await writeReports({ runs, output, overwrite, json });
  },
};
