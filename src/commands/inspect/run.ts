import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import { isExportedFile } from '../../run/exported-file.js';
import { standardOutput } from '../../ui/output.js';
import { reportWidth } from '../shared/report-lines.js';
import { describeModel } from './describe-model.js';
import { inspectModel } from './inspect-model.js';
import { type RunSummary, summarizeRun } from './run-summary.js';

interface ShowRequest {
  /** A file or a run directory. */
  readonly model: string;
  /** Whether all tokens are listed. */
  readonly vocabulary: boolean;
  readonly json: boolean;
}

/** Prints a description of a model. Nothing in its file is trusted. */
export async function showModel({ model: path, vocabulary, json }: ShowRequest): Promise<void> {
  const run: RunSummary | undefined = await summarizeRun(path);
  const facts = isExportedFile(path)
    ? (await import('./inspect-export.js')).inspectExport(path, { vocabulary })
    : inspectModel(run?.file ?? path, { vocabulary });
  await (json
    ? standardOutput.write(`${terminalSafeJson({ ...facts, ...(run && { run }) })}\n`)
    : standardOutput.line(describeModel(facts, run, reportWidth(standardOutput))));
}
