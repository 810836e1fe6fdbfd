import type { ArgumentsCamelCase } from 'yargs';
import type { LimitFlag } from '../../serve/limits.js';
import type { EngineFlags } from '../shared/engine-flag.js';

/** The flags of `serve` as yargs returns them. */
export interface ServeFlags extends EngineFlags, Readonly<Record<LimitFlag, string | undefined>> {
  readonly models: readonly string[];
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly 'api-key-file': string | undefined;
  readonly 'without-key': boolean;
  readonly 'without-page': boolean;
  readonly rows: string | undefined;
  readonly threads: string | undefined;
  readonly 'stop-timeout': string | undefined;
  readonly unknown: string | undefined;
  readonly log: string | undefined;
}

export type ServeArguments = ArgumentsCamelCase<ServeFlags>;
