import type { ResolvedConfig } from '../config/types.js';
import { type JsonValue, memberOf } from '../foundation/strict-json.js';

/** SHA-256 of the files that a run reads when it begins, where there are such files. */
interface RecordedDigests {
  readonly from?: string | undefined;
  readonly vectors?: string | undefined;
}

/** Adds digests to the config, where it names the files and does not have their digests yet. */
export function withDigests(config: ResolvedConfig, digests: RecordedDigests): ResolvedConfig {
  const { training, model } = config;
  const { from } = training;
  const { vectors } = model.initialization;
  const recorded = <Section extends { sha256?: string }>(section: Section, sha256: string | undefined): Section =>
    section.sha256 === undefined && sha256 !== undefined ? { ...section, sha256 } : section;
  return {
    ...config,
    training: from === undefined ? training : { ...training, from: recorded(from, digests.from) },
    model:
      vectors === undefined
        ? model
        : { ...model, initialization: { ...model.initialization, vectors: recorded(vectors, digests.vectors) } },
  };
}

/** The digests in the config of a checkpoint: a resumed run does not read the files again. */
export function digestsIn(config: JsonValue): RecordedDigests {
  const digestAt = (...path: string[]) => {
    const found = [...path, 'sha256'].reduce<JsonValue | undefined>(memberOf, config);
    return typeof found === 'string' ? found : undefined;
  };
  return { from: digestAt('training', 'from'), vectors: digestAt('model', 'initialization', 'vectors') };
}
