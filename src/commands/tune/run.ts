import { UserError } from '../../foundation/errors.js';
import { shellWord } from '../../foundation/shell-word.js';
import type { JsonMap } from '../../foundation/strict-json.js';
import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import { describeComparison } from '../../report/search-text.js';
import type { SearchRecord } from '../../tune/search-record.js';
import { type SearchResult, searchedNames, searchResult } from '../../tune/search-result.js';
import { canRedraw } from '../../ui/colours.js';
import { formatCount } from '../../ui/format.js';
import { standardError, standardOutput } from '../../ui/output.js';
import { startSpinner } from '../../ui/spinner.js';
import { continuingCommand } from '../shared/continuing-command.js';
import { signalExitCodes, watchStopSignals } from '../shared/stop-signals.js';
import type { TuneArguments } from './arguments.js';
import { describeSearch } from './describe-search.js';
import { type OpenSearch, openSearch } from './open-search.js';
import { type SearchPlan, searchPlan } from './plan-search.js';
import { endEvent, resultJson, runEvent } from './result-json.js';
import { type RunningSearch, runSearch } from './run-search.js';
import { type SearchDisplay, searchDisplay } from './search-display.js';
import { type TrialFiles, trialFiles } from './trial-files.js';

/** Searches for better values of keys of a config. */
export async function tune(args: TuneArguments): Promise<void> {
  const now = () => performance.now() / 1000;
  const begun = now();
  const plan = searchPlan(args);
  const print = (event: JsonMap) => void (args.json && standardOutput.write(`${terminalSafeJson(event, 0)}\n`));
  let search: RunningSearch | undefined;
  let display: SearchDisplay | undefined;
  const signals = watchStopSignals((signal) => {
    display?.close();
    void standardError.line(`${signal}: stopping, with checkpoints; a second signal stops at once`);
    search?.stop();
  });
  const hasStopped = () => signals.received !== undefined || (standardError.failure ?? standardOutput.failure) !== undefined;
  const { journal, space, secondsPerStep, lock } = await opened(plan, now);
  try {
    const { record } = journal;
    const before = record.spent;
    const spent = () => before + now() - begun;
    const names = searchedNames(space);
    const { rungs } = record.setup;
    journal.session(plan.limits.budget === undefined && plan.limits.trials === undefined ? record.limits : plan.limits);
    const files = trialFiles(plan, record.setup, (trial) => record.candidates[trial]!.changes);
    const shown = searchDisplay({ record, file: plan.file, names, output: standardError, spent });
    display = shown;
    const { parallel, folder } = plan;
    print({
      type: 'search',
      folder,
      search: [...record.setup.search],
      rungs: [...rungs],
      parallel,
      ...record.limits,
      spent: spent(),
    });
    shown.notice(
      `searching ${names.join(', ')} into ${folder}: ${rungs.map(formatCount).join(', ')} steps, ${parallel} side by side`,
    );
    search = runSearch({
      journal,
      space,
      files,
      parallel,
      secondsPerStep,
      now,
      spent,
      listener: {
        begun: (run) => print(runEvent('begin', run, record, spent())),
        ended(run, result) {
          print(endEvent(run, result, record, spent()));
          shown.ended(run, result);
        },
        tick() {
          shown.tick();
          if (hasStopped()) search?.stop();
        },
      },
    });
    try {
      if (hasStopped()) search.stop();
      await search.ended;
    } finally {
      shown.close();
    }
    const result = searchResult(record);
    const best = writeBest(plan, files, record, result);
    const reason = hasStopped() ? 'interrupted' : 'completed';
    if (args.json) print({ type: 'result', reason, ...resultJson(record, result, best) });
    else {
      const text = describeSearch({ record, result, folder, best }, width());
      await standardOutput.line(text);
    }
    if (result.ranking.length > 0 && best === undefined)
      throw new UserError(
        'diverged',
        'all candidates diverged: search smaller learning rates, or clip the gradients (training.clipping)',
      );
    if (reason === 'interrupted') {
      await standardError.write(`continue with: ${continuingCommand()}\n`);
      if (signals.received !== undefined) process.exitCode = signalExitCodes[signals.received];
    }
  } finally {
    journal.close();
    lock.release();
    signals.ignore();
  }
}

const width = () => (standardOutput.isTTY ? standardOutput.columns : undefined);

/** Opens the search. Its notices follow the spinner, which would draw over them. */
async function opened(plan: SearchPlan, now: () => number): Promise<OpenSearch> {
  const notices: string[] = [];
  const shows = canRedraw(standardError) && !plan.resume;
  const spinner = shows ? await startSpinner('measuring a few steps', standardError) : undefined;
  try {
    return await openSearch(plan, { now, onNotice: (line) => void notices.push(line) });
  } finally {
    spinner?.stop();
    for (const line of notices) void standardError.line(line);
  }
}

/** Writes the config of the best candidate. @returns its path; undefined where no candidate has a loss */
function writeBest(plan: SearchPlan, files: TrialFiles, record: SearchRecord, result: SearchResult): string | undefined {
  const [best] = result.ranking;
  if (best === undefined || !Number.isFinite(best.loss)) return undefined;
  files.writeBest(best.candidate.changes, [
    `The best candidate of a search: ${best.candidate.changes.join(', ')}.`,
    describeComparison(record, result),
    `textloom train ${shellWord(plan.layout.best)}`,
  ]);
  return plan.layout.best;
}
