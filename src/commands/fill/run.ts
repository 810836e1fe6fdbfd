import { terminalSafe, terminalSafeJson } from '../../foundation/terminal-safe.js';
import { type FilledText, type FillOptions, fillBlanks } from '../../sample/fill/fill-blanks.js';
import { standardOutput } from '../../ui/output.js';
import type { EngineChoice } from '../shared/engine-flag.js';
import { openInference } from '../shared/inference.js';

interface FillRequest extends Pick<FillOptions, 'count' | 'beams' | 'maximumLength' | 'forwardOnly'> {
  /** Path of a model file, a checkpoint or a run directory. */
  readonly model: string;
  readonly text: string;
  readonly engine: EngineChoice;
  readonly json: boolean;
}

/** Runs the fill command: the texts with their scores, the best first. */
export async function reportFills({ model: path, text, engine: choice, json, ...options }: FillRequest): Promise<void> {
  const { model, engine, close } = await openInference(path, choice);
  try {
    const found = await fillBlanks(text, { model, engine, ...options });
    const { forwardOnly = false } = options;
    await (json
      ? standardOutput.write(`${terminalSafeJson({ model: model.path, text, forwardOnly, candidates: found })}\n`)
      : standardOutput.line(found.length === 0 ? 'no token of the model fits the blanks' : found.map(line).join('\n')));
  } finally {
    close();
  }
}

const line = ({ text, score }: FilledText) => `${score.toFixed(2).padStart(9)}  ${terminalSafe(text)}`;
