import { resolveConfig } from '../../config/resolve.js';
import { type ConfigLeaves, configLeaves } from '../../experiments/config-leaves.js';
import type { RunRecord } from '../../experiments/run-record.js';
import { UserError } from '../../foundation/errors.js';
import { type JsonValue, memberOf } from '../../foundation/strict-json.js';
import { type ReportedModel, type ReportedRun, readRuns } from '../reported-run.js';

/**
 * A run for a model card that is published, with the config in the model file, which names no folder of this machine. The folder of the
 * repository is the place of the model.
 *
 * @param model as it will be in the repository
 * @param directory of the run whose best model it is; undefined for a model file or a checkpoint, of which only the file is read
 * @throws UserError `model` for a log of the run that is broken
 */
export async function publishedRun(name: string, model: ReportedModel, directory: string | undefined): Promise<ReportedRun> {
  const [run] = directory === undefined ? [runOfFile(model)] : await readRuns([directory]);
  const { problem: _, message: __, ...record } = run!.record;
  return { ...run!, name, directory: '.', model, record: { ...record, config: leavesOf(model.config) } };
}

/** What a model file says about its training. */
function runOfFile({ training }: ReportedModel): Omit<ReportedRun, 'name' | 'directory' | 'model'> {
  const number = (key: string) => {
    const value = memberOf(training, key);
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  };
  const loss = number('validationLoss');
  const record: RunRecord = {
    directory: '.',
    state: 'unknown',
    step: number('step') ?? 0,
    ...(loss !== undefined && { bestValidationLoss: loss }),
    config: new Map(),
  };
  return {
    record,
    series: new Map(),
    tokens: number('tokens') ?? 0,
    validationTokens: undefined,
    samples: [],
    begin: undefined,
    end: undefined,
    sessions: 0,
  };
}

/** The config of an imported model has only its model section. */
function leavesOf(config: JsonValue): ConfigLeaves {
  try {
    return configLeaves(resolveConfig(config));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return new Map();
  }
}
