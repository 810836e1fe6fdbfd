import { resolve } from 'node:path';
import type { Engine } from '../engine/engine.js';
import { evaluatePerplexity } from '../evaluate/perplexity.js';
import { writeFileAtomically } from '../files/atomic-file.js';
import { checkSignal } from '../foundation/arguments.js';
import { UserError } from '../foundation/errors.js';
import type { Abortable } from '../foundation/next-turn.js';
import { type OpenedModel, openModelBytes } from '../run/opened-model.js';
import type { WeightForm } from '../run/weight-forms.js';
import { learningChoices } from './html/learning-choices.js';
import { writerCard, writerSummary } from './html/writer-card.js';
import { writerPage } from './html/writer-page.js';
import { pageModel } from './page-model.js';

export interface HtmlExportOptions extends Abortable {
  readonly model: OpenedModel;
  readonly engine: Engine;
  /** An existing file is replaced atomically. */
  readonly path: string;
  /** Default float32: the page writes the texts of the model. */
  readonly weights?: WeightForm;
  /** Whether a network can learn in the page. Default no. */
  readonly training?: boolean;
  /** The heading. */
  readonly title: string;
  /** Tokens on which other weights are measured. Default: they are not. */
  readonly tokens?: Int32Array | undefined;
}

/** A page that was written. */
export interface HtmlExport {
  readonly path: string;
  readonly bytes: number;
  /** Of the model file in it. */
  readonly modelBytes: number;
  readonly weights: WeightForm;
  /** Perplexities on the given tokens, with float32 and with the weights of the page. */
  readonly perplexity?: { readonly tokens: number; readonly float32: number; readonly exported: number };
}

/**
 * Writes a model as one HTML file, in which it writes texts: the same as `textloom sample` with the same seed, bit for bit; with weights
 * other than float32 those of a model with these weights. The file contains a model file, whose paths are shortened to the
 * names of the files.
 *
 * @throws UserError `usage` for a model that reads backward, for weights beyond float16's range, and where the model itself would be
 *   replaced; `disk` when the operating system refuses
 */
export async function exportHtml(options: HtmlExportOptions): Promise<HtmlExport> {
  const { model, engine, path, weights = 'float32', training = false, title, tokens, signal } = options;
  checkSignal(signal);
  if (resolve(path) === resolve(model.path)) throw new UserError('usage', `${path} is the model itself: choose another name`);
  const bytes = pageModel(model, model.path, weights);
  const stored = openModelBytes(bytes, engine, model.path);
  const perplexityOf = async (one: OpenedModel) =>
    (await evaluatePerplexity({ model: one, engine, tokens: tokens!, signal })).perplexity;
  const perplexity =
    tokens && weights !== 'float32'
      ? { tokens: tokens.length - 1, float32: await perplexityOf(model), exported: await perplexityOf(stored) }
      : undefined;
  const cost = perplexity && `perplexity ${perplexity.exported.toFixed(3)}, in float32 ${perplexity.float32.toFixed(3)}`;
  const page = Buffer.from(
    writerPage({
      title,
      summary: writerSummary(stored),
      card: writerCard(stored, { bytes: bytes.length, weights, perplexity: cost }),
      data: { source: { type: 'embedded', path: 'model.safetensors' }, ...(training && { learning: learningChoices() }) },
      model: bytes,
    }),
  );
  writeFileAtomically(path, (append) => append(page));
  return { path, bytes: page.length, modelBytes: bytes.length, weights, ...(perplexity && { perplexity }) };
}
