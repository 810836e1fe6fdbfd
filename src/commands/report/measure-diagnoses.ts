import { loadConfig } from '../../config/load.js';
import type { CorpusConfig, ResolvedConfig } from '../../config/types.js';
import { type Evidence, gatherEvidence } from '../../diagnose/evidence.js';
import { findingsOf } from '../../diagnose/findings/index.js';
import { openTrainingSubject, type Subject } from '../../diagnose/training-subject.js';
import { createNativeSha256 } from '../../files/native-sha256.js';
import { UserError } from '../../foundation/errors.js';
import { memberOf } from '../../foundation/strict-json.js';
import type { MeasuredDiagnosis, RunDiagnosis } from '../../report/diagnosis.js';
import type { ReportedModel, ReportedRun } from '../../report/reported-run.js';
import { runLayout } from '../../run/run-directory.js';
import { openCorpus } from '../../text/corpus.js';
import { splitDigest } from '../../text/split-digest.js';
import { canRedraw } from '../../ui/colours.js';
import { standardError } from '../../ui/output.js';
import { startSpinner } from '../../ui/spinner.js';
import { historyOf } from '../diagnose/run-history.js';
import { checkCorpusSize } from './corpus-limits.js';

/** Runs that are diagnosed. */
const MOST_RUNS = 4;
/**
 * Parameters times tokens that a diagnosis may compute: minutes. Reading takes about READ passes of a token, and each of the steps that are
 * made or compared a forward and a backward pass.
 */
const MOST_WORK = 5e12;
const READ = 300_000;
const STEP_PASSES = 72;

/**
 * Diagnoses the first runs of a report. A run that cannot be diagnosed, because its corpus is gone or it has no checkpoint, has the reason in
 * the place of the measurements. The same texts are read as by `textloom diagnose`; nothing is written.
 *
 * @param now in seconds
 */
export async function measureDiagnoses(runs: readonly ReportedRun[], now: () => number): Promise<RunDiagnosis[]> {
  const diagnoses: RunDiagnosis[] = [];
  for (const [run, reported] of runs.slice(0, MOST_RUNS).entries()) {
    const spinner = canRedraw(standardError) ? await startSpinner(`measuring ${reported.name}`, standardError) : undefined;
    try {
      diagnoses.push({ run, measured: await diagnosisOf(reported, now) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      diagnoses.push({ run, problem: error.message });
    } finally {
      spinner?.stop();
    }
  }
  return diagnoses;
}

async function diagnosisOf({ directory, model, record }: ReportedRun, now: () => number): Promise<MeasuredDiagnosis> {
  const config = loadConfig(runLayout(directory).config);
  await checkCorpusSize(config.corpus);
  checkWork(config, model?.table.count ?? record.parameters ?? 0);
  const notices: string[] = [];
  const onNotice = (notice: string) => void notices.push(notice);
  const subject = await openTrainingSubject({ config, directory, threads: config.engine.threads, now, onNotice });
  try {
    const evidence = await gatherEvidence(subject, await historyOf(directory));
    const mayShowText = model !== undefined && (await isTextOfTraining(subject, config.corpus, model));
    return { ...reportedEvidence(evidence, mayShowText), notices };
  } finally {
    subject.close();
  }
}

function checkWork({ training: { batchSize, sequenceLength, accumulation } }: ResolvedConfig, parameters: number): void {
  const tokens = READ + STEP_PASSES * batchSize * sequenceLength * accumulation;
  if (parameters * tokens > MOST_WORK)
    throw new UserError('data', 'it would take minutes with a model and batches of this size: textloom diagnose measures it');
}

function reportedEvidence(evidence: Evidence, mayShowText: boolean): Omit<MeasuredDiagnosis, 'notices'> {
  const {
    config,
    vocabularySize,
    flow,
    initialFlow = [],
    steps,
    firstSteps,
    spikes = [],
    states,
    initialStates,
    fit,
  } = evidence;
  return {
    window: config.training.sequenceLength,
    vocabularySize,
    findings: findingsOf(evidence),
    flow,
    initialFlow,
    steps,
    firstSteps: firstSteps === steps ? undefined : firstSteps,
    spikes: spikes.map(({ from, to, loss, usual, until, peak }) => ({ from, to, loss, usual, until, peak })),
    states,
    initialStates,
    passage: mayShowText ? states.passage : undefined,
    fit,
  };
}

/**
 * Whether the text that the subject has read is that of the training, by the digest in the model file. The config of a run is not trusted: a
 * report that is passed on must not contain a file that a config only names.
 */
async function isTextOfTraining(subject: Subject, corpus: CorpusConfig, { training }: ReportedModel): Promise<boolean> {
  const split = subject.validation === undefined ? 'train' : 'validation';
  const digest = memberOf(memberOf(training, 'splitDigests'), split);
  return digest !== undefined && digest === (await splitDigest(await openCorpus(corpus), split, createNativeSha256));
}
