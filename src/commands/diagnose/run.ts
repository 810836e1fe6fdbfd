import { loadConfig } from '../../config/load.js';
import { gatherEvidence } from '../../diagnose/evidence.js';
import { findingsOf } from '../../diagnose/findings/index.js';
import { openTrainingSubject, type Subject } from '../../diagnose/training-subject.js';
import { isFolder } from '../../files/regular-file.js';
import { UserError } from '../../foundation/errors.js';
import type { JsonMap, JsonValue } from '../../foundation/strict-json.js';
import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import { recurrentStates } from '../../model/recurrent-states.js';
import { modelSections } from '../../run/model-sections.js';
import { describeNoConfig, describeNoRun } from '../../run/recognize.js';
import { runLayout } from '../../run/run-directory.js';
import { canRedraw } from '../../ui/colours.js';
import { heatColours } from '../../ui/heat-map.js';
import { standardError, standardOutput } from '../../ui/output.js';
import { startSpinner } from '../../ui/spinner.js';
import { joined } from '../../ui/terminal-text.js';
import { reportWidth } from '../shared/report-lines.js';
import { describeDiagnosis } from './describe-diagnosis.js';
import { givenText, openModelSubject } from './model-subject.js';
import { historyOf } from './run-history.js';
import { passageLines } from './state-sections.js';

interface DiagnosisRequest {
  /** A run directory, a model file or a config file. */
  readonly path: string;
  /** The text that the model reads, instead of the validation split. */
  readonly text: string | undefined;
  /** Changes of the config file, `key=value`. */
  readonly set: readonly string[] | undefined;
  /** Whether the gradient flow of other cells is shown, too. */
  readonly comparesCells: boolean;
  /** Whether the curvature of the training loss is measured, too. */
  readonly measuresCurvature: boolean;
  readonly json: boolean;
}

/** Examines a run, a model or a config and prints what is wrong with it, and what was measured. Nothing is written. */
export async function diagnose({ path, text, set, comparesCells, measuresCurvature, json }: DiagnosisRequest): Promise<void> {
  const notices: string[] = [];
  const spinner = canRedraw(standardError) ? await startSpinner('measuring', standardError) : undefined;
  try {
    const onNotice = (line: string) => void notices.push(line);
    const directory = isFolder(path) ? path : undefined;
    const subject = await openSubject({ path, text, set }, onNotice);
    try {
      if (measuresCurvature && subject.measureCurvature === undefined)
        throw new UserError('usage', '--curvature: a model file has no training; give the run directory or the config');
      const isRecurrent = recurrentStates(subject.network.options).length > 0;
      if (comparesCells && !isRecurrent)
        throw new UserError('usage', `--compare-cells: ${path} has no recurrent layer in whose place another cell could be`);
      const evidence = await gatherEvidence(subject, directory === undefined ? {} : await historyOf(directory), {
        comparesCells,
        measuresCurvature,
        comparesTexts: text === undefined,
      });
      if (isRecurrent && evidence.flow.length === 0)
        notices.push('gradient flow is not measured, because the text that is read is too short');
      const findings = findingsOf(evidence);
      spinner?.stop();
      const { config: _, ...measured } = evidence;
      if (json) await standardOutput.write(`${terminalSafeJson(plain({ subject: path, findings, ...measured, notices }))}\n`);
      else {
        await standardOutput.line(describeDiagnosis({ path, evidence, findings, notices, text }, reportWidth(standardOutput)));
        const { passage } = evidence.states;
        if (passage) {
          const lines = passageLines(passage, reportWidth(standardOutput), heatColours(standardOutput));
          await standardOutput.line(joined(['', ...lines], '\n'));
        }
      }
    } finally {
      subject.close();
    }
  } finally {
    spinner?.stop();
  }
}

async function openSubject(
  { path, text, set }: Pick<DiagnosisRequest, 'path' | 'text' | 'set'>,
  onNotice: (message: string) => void,
): Promise<Subject> {
  const directory = isFolder(path) ? path : undefined;
  const isConfig = directory === undefined && /\.(ya?ml|json)$/i.test(path);
  if (set !== undefined && !isConfig)
    throw new UserError(
      'usage',
      `--set changes a config file, and ${path} is ${directory === undefined ? 'a model' : 'a run, which has its config'}`,
    );
  if (directory === undefined && !isConfig) return openModelSubject(path, text, onNotice);
  const problem = directory === undefined ? describeNoConfig(path) : describeNoRun(path);
  if (problem !== undefined) throw new UserError('usage', problem);
  const config =
    directory === undefined
      ? loadConfig(path, { ...(set && { set }), modelSections })
      : loadConfig(runLayout(directory).config);
  const subject = await openTrainingSubject({
    config,
    directory,
    threads: config.engine.threads,
    now: () => performance.now() / 1000,
    onNotice,
  });
  if (text === undefined) return subject;
  const { network, tokenizer } = subject;
  const { knownSurprisals: _, ...rest } = subject;
  const description = { path, options: network.options, tokenizer, config: config as unknown as JsonMap, training: {} };
  try {
    return { ...rest, validation: await givenText(description, text) };
  } catch (error) {
    subject.close();
    throw error;
  }
}

/** The value with arrays in the place of typed arrays, as JSON has them. Numbers that are not finite become null. */
function plain(value: unknown): JsonValue {
  if (ArrayBuffer.isView(value)) return plain(Array.from(value as Float64Array));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' || value === null) return value as JsonValue;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (typeof inner === 'function' ? [] : [[key, plain(inner)]])),
  );
}
