import { join } from 'node:path';
import { stringifyConfig } from '../../config/config-file.js';
import type { ResolvedConfig } from '../../config/types.js';
import { writeFileAtomically } from '../../files/atomic-file.js';
import type { SearchSetup } from '../../tune/search-record.js';
import { candidateRungs, decayStart, isExtensible, readyConfig, rungConfig, wholeConfig } from '../../tune/trial-config.js';
import { type TuningRun, tuningRunName } from '../../tune/tuning-run.js';
import { oneLine } from '../../ui/terminal-text.js';
import type { SearchPlan } from './plan-search.js';
import { cutCheckpoints } from './train-trial.js';

/** The configs and run directories of a search's trainings. */
export interface TrialFiles {
  /** Steps that a training makes, from the checkpoint from which it continues. */
  stepsOf(run: TuningRun): number;
  /** Prepares the run directory of a training that begins: a candidate's next rung continues before the decay of the last one. */
  prepare(run: TuningRun): void;
  /** Writes the config of a training; returns its path, its run directory, and how many threads it can use. */
  write(run: TuningRun): { readonly config: string; readonly directory: string; readonly threads: number };
  /** Writes the config of a whole training of a candidate, for `train`. @param comment lines before it */
  writeBest(changes: readonly string[], comment: readonly string[]): void;
}

/** @param changesOf the changes of a candidate, by its number */
export function trialFiles(
  plan: SearchPlan,
  { rungs }: SearchSetup,
  changesOf: (trial: number) => readonly string[],
): TrialFiles {
  const { layout, config: base, load } = plan;
  const last = rungs.length - 1;
  /** The config of a candidate, and the steps of its rungs. */
  const candidate = (changes: readonly string[]) => {
    const config = load(changes);
    return { config, own: candidateRungs(rungs, base, config) };
  };
  const directoryOf = (run: TuningRun) => join(layout.trials, tuningRunName(run));
  const changes = (run: Exclude<TuningRun, { kind: 'ready' }>) =>
    run.kind === 'candidate' ? run.changes : changesOf(run.trial);

  /** The step from which a candidate's rung continues; -1 where it is trained from the beginning. */
  function start(changes: readonly string[], rung: number): number {
    const { config, own } = candidate(changes);
    if (rung === 0 || !isExtensible(config)) return -1;
    return decayStart(rungConfig(config, own, rung - 1).training, own[rung - 1]!);
  }

  return {
    stepsOf(run) {
      if (run.kind === 'ready') return rungs[last]!;
      const { own } = candidate(changes(run));
      return run.kind === 'repeat' ? own[last]! : own[run.rung]! - Math.max(0, start(run.changes, run.rung));
    },
    prepare(run) {
      cutCheckpoints(directoryOf(run), run.kind === 'candidate' ? start(run.changes, run.rung) : -1);
    },
    write(run) {
      const name = tuningRunName(run);
      const directory = directoryOf(run);
      const place = { name, output: directory };
      const config: ResolvedConfig = { ...configOf(run), ...place };
      const file = `${directory}.yaml`;
      write(file, stringifyConfig(config, layout.trials));
      const { engine } = config;
      const threads = engine.type === 'onnxruntime' ? plan.threads : Math.min(plan.threads, engine.shards);
      return { config: file, directory, threads };
    },
    writeBest(changes, comment) {
      const { config, own } = candidate(changes);
      const place = { name: `${base.name}-best`, output: `${base.output}-best` };
      const text = stringifyConfig({ ...wholeConfig(config, own), ...place }, plan.folder);
      write(layout.best, [...comment.map((line) => `# ${oneLine(line)}\n`), text].join(''));
    },
  };

  function configOf(run: TuningRun): ResolvedConfig {
    if (run.kind === 'ready') return { ...readyConfig(base, rungs[last]!), seed: run.seed };
    const { config, own } = candidate(changes(run));
    if (run.kind === 'candidate') return rungConfig(config, own, run.rung);
    return { ...rungConfig(config, own, last), seed: run.seed };
  }
}

const write = (path: string, text: string) => writeFileAtomically(path, (append) => append(Buffer.from(text)));
