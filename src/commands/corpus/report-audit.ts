import { relative } from 'node:path';
import { loadConfig } from '../../config/load.js';
import type { ResolvedConfig } from '../../config/types.js';
import { UserError } from '../../foundation/errors.js';
import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import { modelSections, modelTokenizer } from '../../run/model-sections.js';
import { type AuditReport, auditCorpus } from '../../text/audit/audit.js';
import type { CorpusPart } from '../../text/audit/part.js';
import { loadCorpus, readTextFile } from '../../text/corpus.js';
import { extendTokenizer } from '../../text/extend-tokenizer.js';
import { knownTokenizer } from '../../text/prepare-tokenizer.js';
import { fileName } from '../../text/reading/read-file.js';
import { splitNames } from '../../text/splits.js';
import { createTokenizerTrainer, trainTokenizer } from '../../text/tokenizers/index.js';
import type { Tokenizer } from '../../text/tokenizers/tokenizer.js';
import { plural } from '../../ui/format.js';
import { standardOutput } from '../../ui/output.js';
import { describeAudit } from './describe-audit.js';

export interface AuditRequest {
  /** One config, or text files. */
  readonly sources: readonly string[];
  readonly tokenizer: 'character' | 'word' | 'byte' | undefined;
  readonly json: boolean;
}

/** Audits the sources; the report goes to standard output. @throws UserError 'data' when there are findings */
export async function reportAudit({ sources, tokenizer, json }: AuditRequest): Promise<void> {
  const config = sources.find((source) => /\.(ya?ml|json)$/i.test(source));
  if (config !== undefined && sources.length > 1)
    throw new UserError('usage', `${config} is a config and must be the only source; ${sources.length} sources are given`);
  if (config !== undefined && tokenizer !== undefined)
    throw new UserError('usage', `--tokenizer and ${config}: a config has a tokenizer of its own; change it there`);
  const subject = config === undefined ? await readFiles(sources, tokenizer) : await readConfig(config);
  const report = auditCorpus(subject.parts, subject.tokenizer, subject.generated);
  await (json ? standardOutput.write(jsonReport(report)) : standardOutput.line(describeAudit(report)));
  const { length } = report.findings;
  if (length > 0) throw new UserError('data', `the corpus is not clean: ${plural(length, 'finding')}`);
}

interface Subject {
  readonly parts: readonly CorpusPart[];
  readonly tokenizer: Tokenizer;
  readonly generated: boolean;
}

async function readFiles(files: readonly string[], type: AuditRequest['tokenizer'] = 'character'): Promise<Subject> {
  const parts: CorpusPart[] = [];
  for (const path of files) {
    const name = fileName(path);
    parts.push({ name, file: name, firstLine: 1, text: await readTextFile(path) });
  }
  const train = parts[0]?.text ?? '';
  return { parts, tokenizer: trainTokenizer({ type }, train), generated: false };
}

async function readConfig(path: string): Promise<Subject> {
  const config = loadConfig(path, { modelSections });
  const corpus = await loadCorpus(config.corpus);
  const parts: CorpusPart[] = [];
  let line = 1;
  for (const name of splitNames) {
    const [text, origin] = [corpus[name], corpus.origins[name]];
    if (text === undefined || origin === undefined) continue;
    // The splits of one file are consecutive parts of it.
    parts.push({ name, file: nearby(origin.file), firstLine: 'path' in config.corpus ? line : 1, text });
    line += text.split('\n').length - 1;
  }
  const tokenizer = await tokenizerOf(config, corpus.train);
  return { parts, tokenizer, generated: config.corpus.generator !== undefined };
}

/** The tokenizer that training with this config uses. */
async function tokenizerOf(config: ResolvedConfig, train: string): Promise<Tokenizer> {
  const { from } = config.training;
  if (from === undefined || from.vocabulary === 'replace') return madeTokenizer(config, train);
  const known = modelTokenizer(from.path);
  return from.vocabulary === 'keep' ? known : extendTokenizer(known, await madeTokenizer(config, train));
}

async function madeTokenizer({ tokenizer, corpus }: ResolvedConfig, train: string): Promise<Tokenizer> {
  const known = await knownTokenizer(tokenizer, false, corpus.normalization);
  if (known !== undefined) return known;
  const trainer = createTokenizerTrainer(tokenizer, false);
  trainer.add(train);
  return trainer.finish();
}

/** A path relative to the current folder, unless it is far away. */
function nearby(path: string): string {
  const way = relative('', path);
  return way === '' || way.startsWith('..') ? path : way;
}

function jsonReport(report: AuditReport): string {
  return `${terminalSafeJson({ clean: report.findings.length === 0, ...report })}\n`;
}
