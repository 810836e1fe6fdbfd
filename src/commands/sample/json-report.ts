import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import type { LanguageModel } from '../../model/window-programs.js';
import type { ReadPrompt } from '../../sample/read-prompt.js';
import type { WrittenToken } from '../../sample/text-writer.js';
import type { TextOutput } from '../shared/text-output.js';
import type { ReadAttention } from './attention-report.js';
import type { SampleRequest } from './request.js';
import type { SampleReport, TextResult } from './sample-report.js';

interface JsonText {
  text: string;
  result?: TextResult | undefined;
  /** Each drawn token with the model's own probability of it. */
  readonly perToken: object[];
  readonly prompt: ReadPrompt;
  /** Ids of the tokens after the prompt. */
  readonly written: number[];
  attention?: object | undefined;
}

/** Collects one JSON document: the request and the texts, grouped by prompt if the prompts are a list. */
export function createJsonReport(
  output: TextOutput,
  model: LanguageModel,
  request: SampleRequest,
  attention?: ReadAttention,
): SampleReport {
  const { path, tokenizer } = model;
  const { prompts, samples, text: settings, bestOf, beams, probabilities } = request;
  const documents: { prompt: string; samples: JsonText[] }[] = [];
  let texts: JsonText[] = [];

  const shown = ({ id, probability }: { id: number; probability: number }) => {
    return { id, token: tokenizer.vocabulary.tokenOf(id), probability };
  };
  return {
    begin(read: readonly ReadPrompt[]) {
      texts = Array.from({ length: read.length * samples }, (_, text) => {
        return { text: '', perToken: [], prompt: read[Math.floor(text / samples)]!, written: [] };
      });
      for (const [place, { text }] of read.entries())
        documents.push({ prompt: text, samples: texts.slice(place * samples, (place + 1) * samples) });
    },
    token(text, token: WrittenToken) {
      const { alternatives } = token;
      const entry = {
        ...shown(token),
        text: token.text,
        ...(settings.alternatives && { alternatives: alternatives.map(shown) }),
      };
      texts[text]!.written.push(token.id);
      if (probabilities) texts[text]!.perToken.push(entry);
    },
    text(text, piece) {
      texts[text]!.text += piece;
      return true;
    },
    async end(text, result) {
      const one = texts[text]!;
      one.result = result;
      const found = await attention?.(one.prompt, one.written);
      if (found) one.attention = (await import('./attention-report.js')).attentionDocument(model, found);
      return true;
    },
    async close() {
      const { endAtEos, seed, ...options } = settings;
      const asked = {
        ...options,
        ...(!beams && { seed }),
        ...(endAtEos && { endAtEos }),
        ...(bestOf && { bestOf }),
        ...(beams && { beams }),
      };
      const [first] = documents;
      const made = prompts.list ? { prompts: documents.map(withResults) } : { samples: withResults(first!).samples };
      const prompt = prompts.list ? {} : { prompt: first!.prompt };
      await output.write(
        `${terminalSafeJson({ model: path, ...prompt, ...asked, ...(probabilities && { probabilities }), ...(attention && { attention: true }), ...made })}\n`,
      );
    },
  };
}

/** The finished texts, each with the reason of its end. */
function withResults({ prompt, samples }: { prompt: string; samples: readonly JsonText[] }) {
  const made = samples.filter(({ result }) => result !== undefined);
  return {
    prompt,
    samples: made.map(({ text, result, perToken, attention }) => ({
      text,
      ...result,
      ...(perToken.length > 0 && { perToken }),
      ...(attention && { attention }),
    })),
  };
}
